import { performance } from 'node:perf_hooks';
import type { Appended, Started } from './entry.js';
import type { DatabaseClock } from './database-clock.js';
import { flushOf, flushStatement } from './flush-statement.js';
import { lookUp, type Trace } from './losers.js';
import type { Pending, PendingAppend, PendingStart } from './pending.js';
import type { Writer } from './writer.js';

/** `off` only in the build that the crash test must catch: it lets two drivers believe that both wrote an entry. */
export type Fence = 'on' | 'off';

export interface FlushContext {
  readonly writer: Writer;
  readonly clock: DatabaseClock;
  readonly lease: number;
  readonly fence: Fence;
}

/** What became of each entry; `again`: it lost against something that has gone since. */
export type Outcomes = Map<Pending, Appended | Started | 'again'>;

/**
 * Writes the entries in one transaction and says what became of each. Throws what the driver throws; when that did not
 * come from Postgres, everything may or may not be durable, and sending the same entries again is safe.
 */
export async function flush(entries: readonly Pending[], context: FlushContext): Promise<Outcomes> {
  const { name, text, values } = flushStatement(flushOf(entries, context.lease));
  const sentAt = performance.now();
  const rows = await context.writer.run({ name, text }, values);
  const [at, won, wereParked] = rows[0] as [number, string | null, string | null];
  context.clock.observe(at, sentAt, performance.now() - sentAt);

  const parked = ids(wereParked);
  const outcomes: Outcomes = new Map();
  const losers: Pending[] = [];
  const winners = won === null ? null : ids(won);
  for (const entry of entries) {
    if (winners && !winners.has(entry.appendId)) losers.push(entry);
    else if (entry.kind === 'start') outcomes.set(entry, { outcome: 'started', at });
    else outcomes.set(entry, { outcome: 'appended', at, wasParked: parked.has(entry.appendId) });
  }
  if (losers.length > 0) {
    const traces = await lookUp(losers, context.writer);
    losers.forEach((entry, i) => {
      const trace = traces[i] as Trace;
      outcomes.set(entry, entry.kind === 'start' ? lostStart(entry, trace) : lostAppend(entry, trace, context.fence));
    });
  }
  return outcomes;
}

/** An entry that is there under our own id was written by a flush whose answer never came. */
function lostAppend(entry: PendingAppend, trace: Trace, fence: Fence): Appended {
  const ours = trace.appendId === entry.appendId;
  if (ours || fence === 'off') return { outcome: 'appended', at: trace.at ?? Date.now(), wasParked: true };
  return { outcome: 'fenced' };
}

function lostStart(entry: PendingStart, trace: Trace): Started | 'again' {
  if (trace.appendId === entry.appendId && trace.at !== null) return { outcome: 'started', at: trace.at };
  if (trace.appendId !== null) return { outcome: 'exists' };
  if (trace.keyOwner !== null) {
    return { outcome: trace.sameBody ? 'replayed' : 'other-body', sagaId: trace.keyOwner };
  }
  return trace.holder === null ? 'again' : { outcome: 'key-busy', holder: trace.holder };
}

function ids(literal: string | null): ReadonlySet<number> {
  if (literal === null || literal === '{}') return NONE;
  return new Set(literal.slice(1, -1).split(',').map(Number));
}

const NONE: ReadonlySet<number> = new Set();
