import type { Operation } from './definition.js';
import type { Entry, Fact } from './facts.js';
import type { CallRecord, StepError } from './reply.js';

/**
 * What became of an attempt. `accepted`: its callback is still awaited. `rejected`: a business no. `failed`: known to have had
 * no effect. `in-doubt`: it may have had one.
 */
export type AttemptOutcome = 'succeeded' | 'accepted' | 'rejected' | 'failed' | 'in-doubt';

/** One call of an action or a compensation, as the journal has it. */
export interface Attempt {
  readonly step: string;
  readonly operation: Operation;
  /** 1, 2, 3 …, counted per operation. */
  readonly attempt: number;
  /** When its answer was recorded, epoch ms. */
  readonly at: number;
  readonly outcome: AttemptOutcome;
  readonly error: StepError | null;
  /** Absent: it was recorded by a release that did not keep it, or the callback came before the answer. */
  readonly call?: CallRecord;
  /** Epoch ms of the attempt after it; absent: none was planned. */
  readonly nextAt?: number;
}

/** Every attempt whose end, or acceptance, is in the journal; in the order in which that was recorded. */
export function attemptsIn(entries: readonly Entry[]): Attempt[] {
  const attempts = new Map<string, Attempt>();
  /** The last attempt of each operation: it is the one that a callback is about. */
  const last = new Map<string, Attempt>();
  for (const { at, facts } of entries) {
    for (const fact of facts) {
      const told = toldBy(fact);
      if (!told) continue;
      const operation = `${told.operation}/${told.step}`;
      const number = told.attempt ?? awaited(last.get(operation))?.attempt;
      if (number === undefined) continue;
      const key = `${operation}/${number}`;
      const attempt = { at, ...attempts.get(key), ...told, attempt: number };
      attempts.set(key, attempt);
      last.set(operation, attempt);
    }
  }
  return [...attempts.values()];
}

/** What a fact says of an attempt. Without a number it can only be about one that was accepted: its callback has come. */
type Told = Omit<Attempt, 'at' | 'attempt'> & { readonly attempt?: number };

function toldBy(fact: Fact): Told | null {
  switch (fact.type) {
    case 'step-succeeded':
      // What stands in for an answer, and steps that call nobody, have no attempt.
      return fact.attempt === undefined ? null : { ...told(fact, 'action', 'succeeded', null), attempt: fact.attempt };
    case 'step-compensated':
      return fact.because === 'order' ? null : told(fact, 'compensation', 'succeeded', null);
    case 'step-rejected':
      return fact.attempt === undefined ? null : told(fact, 'action', 'rejected', fact.error);
    case 'step-stuck':
      return fact.operation === 'action' ? null : told(fact, fact.operation, 'rejected', fact.error);
    case 'call-accepted':
      return told(fact, fact.operation, 'accepted', null);
    case 'attempt-failed': {
      const outcome = fact.effect === 'none' ? 'failed' : 'in-doubt';
      const attempt = told(fact, fact.operation, outcome, fact.error);
      return fact.retryAt === null ? attempt : { ...attempt, nextAt: fact.retryAt };
    }
    default:
      return null;
  }
}

function told(
  { step, attempt, call }: { readonly step: string; readonly attempt?: number; readonly call?: CallRecord },
  operation: Operation,
  outcome: AttemptOutcome,
  error: StepError | null,
): Told {
  return { step, operation, outcome, error, ...(attempt !== undefined && { attempt }), ...(call && { call }) };
}

function awaited(attempt: Attempt | undefined): Attempt | undefined {
  return attempt?.outcome === 'accepted' ? attempt : undefined;
}
