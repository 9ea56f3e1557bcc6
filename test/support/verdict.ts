import { type Evidence, judge } from './invariants.js';
import type { Load } from './load.js';
import type { ParticipantProcess } from './participant-process.js';
import { type DefinitionDocument, planOf } from './plan.js';
import { isTerminal, type JournalEntry, type SagaView, type SkaldApi } from './skald-api.js';
import { sleep } from './waiting.js';

/** After the last fault every saga must move, and these short ones must end, within so many ms (invariant I8). */
const SETTLING_TIME = 15_000;

export interface Run {
  readonly api: SkaldApi;
  readonly load: Pick<Load, 'starts' | 'seenEnds'>;
  readonly participants: ParticipantProcess;
  readonly definitions: readonly DefinitionDocument[];
}

/** Waits until all sagas have ended (no longer than they may take), and gathers what the judge looks at. */
export async function gatherEvidence({ api, load, participants, definitions }: Run): Promise<Evidence> {
  const until = Date.now() + SETTLING_TIME;
  let sagas = await listAll(api, definitions);
  while (sagas.some((saga) => !isTerminal(saga.status)) && Date.now() < until) {
    await sleep(250);
    sagas = await listAll(api, definitions);
  }
  const open = sagas.filter((saga) => !isTerminal(saga.status));
  const details = new Map((await inTurns(open, ({ id }) => api.saga(id))).map((saga) => [saga.id, saga]));
  const journals = await inTurns(sagas, async ({ id }): Promise<[string, JournalEntry[]]> => [
    id,
    await api.journal(id),
  ]);
  return {
    starts: load.starts,
    sagas: sagas.map((saga) => details.get(saga.id) ?? saga),
    journals: new Map(journals),
    seenEnds: load.seenEnds,
    ledger: await participants.ledger(),
    plans: new Map(definitions.map((definition) => [definition.name, planOf(definition)])),
  };
}

async function listAll(api: SkaldApi, definitions: readonly DefinitionDocument[]): Promise<SagaView[]> {
  const lists = await Promise.all(definitions.map(({ name }) => api.list('/v1/sagas', `definition=${name}`)));
  return lists.flat();
}

/** A few at a time, so that looking does not become a load of its own. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += 16) results.push(...(await Promise.all(items.slice(i, i + 16).map(work))));
  return results;
}

/**
 * Fails when the evidence breaks an invariant, and when it proves nothing: too few faults landed, an empty ledger, or
 * fewer than half of the sagas completed.
 */
export function expectSound(evidence: Evidence, faults: { readonly planned: number; readonly landed: number }): void {
  const violations = judge(evidence);
  if (violations.length > 0) {
    const shown = violations.slice(0, 20).map(({ invariant, saga, message }) => `${invariant} ${saga} ${message}`);
    const stories = [...new Set(violations.map(({ saga }) => saga))].slice(0, 3).map((saga) => tell(evidence, saga));
    const summary = `${violations.length} violations in ${evidence.sagas.length} sagas:`;
    throw new Error([summary, ...shown, ...stories].join('\n'));
  }
  const completed = evidence.sagas.filter((saga) => saga.status === 'completed').length;
  const doubts = [
    faults.landed < faults.planned && `only ${faults.landed} of ${faults.planned} faults landed`,
    evidence.ledger.effects.length === 0 && 'the ledger is empty',
    completed * 2 < evidence.sagas.length && `only ${completed} of ${evidence.sagas.length} sagas completed`,
  ].filter(Boolean);
  if (doubts.length > 0) throw new Error(`this run proves nothing: ${doubts.join('; ')}`);
}

/** What is known of one saga, from its journal and from the participants, in the order of the clock. */
function tell({ journals, ledger }: Evidence, saga: string): string {
  const journal = (journals.get(saga) ?? []).map(({ seq, at, by, facts }) => ({
    at: Date.parse(at),
    text: `journal ${seq} by ${by}: ${facts.map((fact) => JSON.stringify(fact)).join(' ')}`,
  }));
  const happened = [
    ...ledger.calls.map((call) => ({ ...call, what: `called, attempt ${call.attempt}, seq ${call.seq}` })),
    ...ledger.effects.map((effect) => ({ ...effect, what: `${effect.outcome} (${effect.status})` })),
  ].filter((entry) => entry.saga === saga);
  const entries = happened.map(({ at, n, step, operation, what }) => ({
    at,
    text: `ledger ${n}: ${step} ${operation} ${what}`,
  }));
  const lines = [...journal, ...entries].sort((a, b) => a.at - b.at);
  return [`--- saga ${saga}`, ...lines.map(({ at, text }) => `${new Date(at).toISOString()} ${text}`)].join('\n');
}
