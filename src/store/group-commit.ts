import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntryRefused, LOCK_NOT_AVAILABLE, passes, sqlState, START_ABANDONED, StoreUnavailable } from './errors.js';
import { flush, type FlushContext, type Outcomes } from './flush.js';
import { lockedSagas } from './losers.js';
import type { Pending } from './pending.js';
import { takeFlush } from './take-flush.js';

/** Hears of every flush; for metrics. */
export interface FlushObserver {
  /** @param ms from sending to the answer */
  flushed(ms: number, rows: number): void;
  fenced(entries: number): void;
}

/** Back-off while Postgres is away, ms. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;
/** How long an entry steps aside when somebody else holds the lock of its row, ms. */
const LOCKED_PAUSE = 250;
/** How often patience is checked, ms. */
const TICK = 100;

/**
 * While one flush is on its way to Postgres, entries queue up; the next flush carries them all. Under load one fsync
 * makes hundreds of entries durable; alone, an entry costs one round trip.
 *
 * What must stay true: there is one flush at a time; a caller hears of success only after the commit; entries are sent
 * again, unchanged, until there is an answer or their patience is over; then they are in doubt, and say so.
 */
export class GroupCommit {
  readonly #context: FlushContext;
  readonly #observer: FlushObserver | undefined;
  #queue: Pending[] = [];
  #flight: readonly Pending[] = [];
  #running: Promise<void> | null = null;
  readonly #patience: NodeJS.Timeout;

  constructor(context: FlushContext, observer?: FlushObserver) {
    this.#context = context;
    this.#observer = observer;
    this.#patience = setInterval(() => this.#losePatience(), TICK).unref();
  }

  submit(entry: Pending): void {
    this.#queue.push(entry);
    this.#running ??= this.#run();
  }

  /** For how long the oldest entry has waited, in ms; one that waits for somebody's lock tells nothing of the rest. */
  oldestWait(now: number): number {
    const isWaiting = ({ settled, notBefore }: Pending) => !settled && notBefore === 0;
    const oldest = this.#flight.find(isWaiting) ?? this.#queue.find(isWaiting);
    return oldest === undefined ? 0 : Math.max(0, now - oldest.submittedAt);
  }

  /** Writes what is queued, as long as patience lasts, and closes the connection. */
  async close(): Promise<void> {
    while (this.#running) await this.#running;
    clearInterval(this.#patience);
    await this.#context.writer.close();
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that entries made in answer to the same packet travel together.
    await new Promise(setImmediate);
    let settle = (): void => {};
    while (this.#queue.length > 0) {
      const { batch, rest } = takeFlush(this.#queue, performance.now());
      this.#queue = rest;
      this.#flight = batch;
      const write = this.#write(batch);
      // The last flush's callers are answered while this one is on its way.
      settle();
      settle = await write;
      if (batch.length === 0) await sleep(TICK / 4);
    }
    this.#flight = [];
    this.#running = null;
    settle();
  }

  /** Sends until there is an answer for every entry, or it went back to the queue. Returns how to tell the callers. */
  async #write(entries: readonly Pending[]): Promise<() => void> {
    let open = entries;
    let pause = FIRST_PAUSE;
    for (;;) {
      open = open.filter((e) => !e.settled);
      if (open.length === 0) return () => {};
      try {
        return await this.#send(open);
      } catch (error) {
        if (!passes(error)) return this.#writeHalves(open, error);
        const state = sqlState(error);
        if (state === LOCK_NOT_AVAILABLE) {
          const blocked = await this.#sendAside(open);
          open = open.filter((e) => !blocked.has(e));
          if (blocked.size > 0) continue;
        }
        if (state === null) this.#context.writer.discard();
        if (state !== START_ABANDONED) await sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  async #send(entries: readonly Pending[]): Promise<() => void> {
    // Sent within this turn when it can be, so that Postgres works while the last flush's callers go on.
    if (!this.#context.writer.isOpen) await this.#context.writer.open();
    for (const entry of entries) entry.sent = true;
    const sentAt = performance.now();
    const outcomes = await flush(entries, this.#context);
    this.#observer?.flushed(performance.now() - sentAt, entries.length);
    return () => this.#settle(outcomes);
  }

  /** One entry that Postgres refuses must not take its neighbours down. A refused statement has stored nothing. */
  async #writeHalves(entries: readonly Pending[], error: unknown): Promise<() => void> {
    const [only] = entries;
    if (entries.length === 1 && only) return () => fail(only, new EntryRefused(error));
    const middle = entries.length >> 1;
    const settleFirst = await this.#write(entries.slice(0, middle));
    const settleSecond = await this.#write(entries.slice(middle));
    return () => (settleFirst(), settleSecond());
  }

  /**
   * One row that somebody keeps locked must not hold up its neighbours: entries for locked rows go back to the queue.
   * Returns them; none: it is more than a row that is locked.
   */
  async #sendAside(entries: readonly Pending[]): Promise<ReadonlySet<Pending>> {
    const locked = await lockedSagas(entries, this.#context.writer).catch(() => new Set<string>());
    const blocked = entries.filter((e) => locked.has(e.sagaId));
    for (const entry of blocked) {
      entry.notBefore = performance.now() + LOCKED_PAUSE;
      this.#queue.push(entry);
    }
    return new Set(blocked);
  }

  #settle(outcomes: Outcomes): void {
    let fenced = 0;
    for (const [entry, outcome] of outcomes) {
      if (entry.settled) continue;
      if (outcome === 'again') {
        this.#queue.push(entry);
        this.#running ??= this.#run();
        continue;
      }
      if (outcome.outcome === 'fenced') fenced++;
      entry.settled = true;
      (entry.resolve as (outcome: unknown) => void)(outcome);
    }
    if (fenced > 0) this.#observer?.fenced(fenced);
  }

  #losePatience(): void {
    const now = performance.now();
    for (const entry of [...this.#flight, ...this.#queue]) {
      if (!entry.settled && now >= entry.patienceEnds) fail(entry, new StoreUnavailable(entry.sent));
    }
    this.#queue = this.#queue.filter((e) => !e.settled);
  }
}

function fail(entry: Pending, error: Error): void {
  if (entry.settled) return;
  entry.settled = true;
  entry.reject(error);
}
