import type { Pending, PendingAppend, PendingStart } from './pending.js';

/**
 * One flush is one statement, put together from the parts that its entries need. Each part takes its rows as parallel
 * arrays (one parameter per column) and depends on the parts above it:
 *
 *   idempotency → concurrency → written (the journal) → started, changed, woken, freed (rows) → audited (the trail)
 *     → what to tell the callers
 *
 * - The entry's row in the journal decides everything: rows change only for entries that were written.
 * - `on conflict do nothing` waits for a rival that has not committed yet, so the loser is certain to have lost.
 * - `(x in (select …)) is true` keeps the planner from turning the look-up into a join: it becomes one hash table.
 * - Entries are sorted by saga id, so that flushes of two processes take their locks in the same order.
 */
export interface Part {
  readonly letter: string;
  /** What other parts call it by. */
  readonly name: string;
  /** @param p the text of the part's n-th parameter, counted from 0 */
  readonly sql: (p: (n: number) => string) => string;
  /** Makes the statement fail when it must not take effect. */
  readonly check?: (p: (n: number) => string) => string;
  readonly values: (flush: Flush) => string[];
}

export interface Flush {
  readonly entries: readonly Pending[];
  readonly starts: readonly PendingStart[];
  readonly changes: readonly PendingAppend[];
  /** ms */
  readonly lease: number;
}
