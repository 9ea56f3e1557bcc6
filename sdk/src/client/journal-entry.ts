import type { Operation } from '../participant/call.js';

/** One transition of one saga. */
export interface JournalEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** Instant by the database's clock. */
  readonly at: string;
  /** Who caused it: `engine`, `api`, `callback`, `sweep` … */
  readonly by: string;
  readonly facts: readonly Fact[];
}

/**
 * What happened. Each type has fields of its own, see docs/reference/journal.md; newer servers may write types that
 * this release does not know, so have a default case.
 */
export interface Fact {
  /** In past tense, e.g. `saga-started`, `step-succeeded`, `attempt-failed`, `turned-back`, `saga-compensated`. */
  readonly type: string;
  readonly step?: string;
  readonly operation?: Operation;
  readonly attempt?: number;
  readonly [field: string]: unknown;
}
