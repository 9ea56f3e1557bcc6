import { judgeEffects } from './effects.js';
import { groupBy } from './group-by.js';
import type { Ledger } from './participant-process.js';
import type { Plan } from './plan.js';
import { isTerminal, type JournalEntry, type SagaView } from './skald-api.js';

/** One start as its client saw it. */
export interface Start {
  /** Idempotency key and business key. */
  readonly key: string;
  readonly definition: string;
  /** What the server acknowledged; absent: the client never heard a 2xx. */
  readonly saga?: string;
}

/** What a run has left behind, gathered from outside: clients, the REST API, the participants' ledger. */
export interface Evidence {
  readonly starts: readonly Start[];
  /** Every saga that the API lists. */
  readonly sagas: readonly SagaView[];
  readonly journals: ReadonlyMap<string, readonly JournalEntry[]>;
  /** First status that a client saw, while the run went on, of those from which there is no way back: by saga. */
  readonly seenEnds: ReadonlyMap<string, string>;
  readonly ledger: Ledger;
  /** By definition. */
  readonly plans: ReadonlyMap<string, Plan>;
}

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8';
  readonly saga: string;
  readonly message: string;
}

/**
 * Everything in the evidence that must not be. The judge knows nothing of Skald's tables, processes or code:
 *
 * - I1 every acknowledged start exists exactly once, and ends
 * - I2 per saga the ledger ends all-applied (completed) or all-neutral (compensated)
 * - I3 no action takes effect after its compensation
 * - I4 compensations run in reverse
 * - I5 after the pivot succeeded nothing is compensated
 * - I6 every effect at most once
 * - I7 terminal statuses never change, a saga that turned back never completes; the journal has no gaps and agrees
 * - I8 nothing stays open (the evidence is gathered 15 s after the last fault at the latest)
 */
export function judge(evidence: Evidence): Violation[] {
  const effects = groupBy(evidence.ledger.effects, (effect) => effect.saga);
  const known = new Set(evidence.sagas.map((saga) => saga.id));
  return [
    ...judgeStarts(evidence),
    ...evidence.sagas.flatMap((saga) => {
      const plan = evidence.plans.get(saga.definition);
      if (!plan) return [];
      const journal = evidence.journals.get(saga.id);
      return [
        ...judgeEnd(saga, evidence.seenEnds.get(saga.id)),
        ...(journal ? judgeJournal(saga, journal) : []),
        ...judgeEffects(saga.status, plan, effects.get(saga.id) ?? []).map((found) => ({ ...found, saga: saga.id })),
      ];
    }),
    ...[...effects.keys()]
      .filter((saga) => !known.has(saga))
      .map((saga) => violation('I1', saga, 'has effects, but the API does not know it')),
  ];
}

function judgeStarts({ starts, sagas }: Evidence): Violation[] {
  const byKey = groupBy(sagas, (saga) => saga.businessKey ?? '');
  const keys = new Set(starts.map((start) => start.key));
  const violations: Violation[] = [];
  for (const { key, saga } of starts) {
    const ids = (byKey.get(key) ?? []).map(({ id }) => id);
    if (ids.length > 1) violations.push(violation('I1', ids.join(' and '), `were both started by key ${key}`));
    if (saga && !ids.includes(saga))
      violations.push(violation('I1', saga, `was acknowledged for key ${key} and is lost`));
  }
  for (const { id, businessKey } of sagas) {
    if (!keys.has(businessKey ?? ''))
      violations.push(violation('I1', id, `was started by nobody (key ${businessKey})`));
  }
  return violations;
}

function judgeEnd(saga: SagaView, seen: string | undefined): Violation[] {
  if (!isTerminal(saga.status)) {
    const steps = saga.steps.map((step) => `${step.name} ${step.status}`).join(', ');
    return [violation('I8', saga.id, `is still ${saga.status} (${steps})`)];
  }
  const agrees =
    seen === undefined || seen === saga.status || (seen === 'compensating' && saga.status === 'compensated');
  if (!agrees) return [violation('I7', saga.id, `was seen ${seen} and is now ${saga.status}`)];
  return [];
}

function judgeJournal(saga: SagaView, journal: readonly JournalEntry[]): Violation[] {
  const violations: Violation[] = [];
  journal.forEach(({ seq }, i) => {
    if (seq !== i + 1) violations.push(violation('I7', saga.id, `journal entry ${i + 1} has number ${seq}`));
  });
  const ends = journal.flatMap(({ facts }) => facts.flatMap(({ type }) => ENDS.get(type) ?? []));
  const hasTurned = journal.some(({ facts }) => facts.some(({ type }) => type === 'turned-back'));
  if (hasTurned && ends.includes('completed')) {
    violations.push(violation('I7', saga.id, 'completed although its journal says that it had turned back'));
  }
  const expected = isTerminal(saga.status) ? saga.status : '';
  if (ends.join() !== expected) {
    violations.push(
      violation('I7', saga.id, `is ${saga.status}, but its journal says: ${ends.join(', then ') || 'open'}`),
    );
  }
  return violations;
}

const ENDS = new Map([
  ['saga-completed', 'completed'],
  ['saga-compensated', 'compensated'],
]);

function violation(invariant: Violation['invariant'], saga: string, message: string): Violation {
  return { invariant, saga, message };
}
