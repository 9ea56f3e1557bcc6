import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type Parcel, pack } from './hint.js';
import { within } from './within.js';

/** Longer waits are left to the sweep: a hint that far ahead is more likely to be lost or stale than to help. */
export const MAX_HINT_DELAY = 60_000;

/** Due instants are rounded up to this, so that sagas that wait for about the same instant share one delayed hint. */
const LATER_TICK = 20;

export interface OutboxOptions {
  /** Puts the parcels into the queue; settles when they are in. */
  readonly send: (parcels: readonly Parcel[]) => Promise<void>;
  /** Whether trying to send makes sense right now. */
  readonly isUp: () => boolean;
  /** Ids that may not have reached the queue. They may also have: the caller treats them as hints all the same. */
  readonly onUndelivered: (ids: string[]) => void;
  /** Epoch ms by the estimate of the database's clock. */
  readonly now: () => number;
  /** How long one send may take, in ms. */
  readonly sendTimeout: number;
  /** Least time between the beginnings of two sends, in ms: what a busy process trades for fewer and fuller hints. */
  readonly gap: number;
  readonly shards: number;
  readonly idsPerHint: number;
}

/**
 * Collects ids while one send is on its way (or was a moment ago); the next one carries all of them. Alone, an id leaves
 * at once.
 *
 * What must stay true: `wake` and `wakeLater` never throw, never wait and make no promise per id, and an id given to
 * `wake` is either sent or reported as undelivered. (One given to `wakeLater` may be dropped: its due time is in
 * Postgres, where the sweep finds it.)
 */
export class Outbox {
  private ready = new Set<string>();
  private later = new Map<number, Set<string>>();
  private ripe: Parcel[] = [];
  private laterTimer: NodeJS.Timeout | undefined;
  private pumping: Promise<void> | null = null;
  private lastSend = -Infinity;
  private closed = false;

  /** Since the start. */
  readonly counts = { woken: 0, hints: 0, undelivered: 0, dropped: 0 };

  constructor(private readonly options: OutboxOptions) {}

  get size(): number {
    return this.ready.size;
  }

  wake(id: string): void {
    this.ready.add(id);
    this.pump();
  }

  wakeLater(id: string, delay: number): void {
    if (delay > MAX_HINT_DELAY) return;
    const due = Math.ceil((this.options.now() + Math.max(delay, 0)) / LATER_TICK) * LATER_TICK;
    const known = this.later.get(due);
    if (known) known.add(id);
    else this.later.set(due, new Set([id]));
    this.laterTimer ??= setTimeout(() => this.ripen(), LATER_TICK);
  }

  /** Sends what is there and takes nothing more; what comes after is undelivered. */
  async close(): Promise<void> {
    this.ripen();
    await this.pumping;
    this.closed = true;
  }

  /** Turns the waiting instants into parcels for the next send. */
  private ripen(): void {
    clearTimeout(this.laterTimer);
    this.laterTimer = undefined;
    const { now, shards, idsPerHint } = this.options;
    const at = now();
    for (const [due, ids] of this.later) {
      const parcels = pack(ids, due, Math.ceil(Math.max(due - at, 0)), shards, idsPerHint);
      this.ripe.push(...parcels.map((parcel) => ({ ...parcel, hint: { ...parcel.hint, isDue: true } })));
    }
    this.later.clear();
    this.pump();
  }

  private pump(): void {
    this.pumping ??= this.run();
  }

  private async run(): Promise<void> {
    try {
      // One turn of the loop later all that one commit has woken is here; an idle loop gets there in microseconds.
      await nextTurn();
      while (this.ready.size > 0 || this.ripe.length > 0) {
        const early = this.lastSend + this.options.gap - performance.now();
        if (early > 0) await sleep(early);
        this.lastSend = performance.now();
        await this.sendAll();
      }
    } finally {
      this.pumping = null;
    }
  }

  private async sendAll(): Promise<void> {
    const { send, isUp, now, sendTimeout, shards, idsPerHint } = this.options;
    const ids = [...this.ready];
    const ripe = this.ripe;
    this.ready.clear();
    this.ripe = [];
    if (this.closed || !isUp()) return this.undelivered(ids, ripe);
    try {
      const parcels = ids.length > 0 ? pack(ids, now(), 0, shards, idsPerHint).concat(ripe) : ripe;
      await within(sendTimeout, 'adding to the queue', send(parcels));
      this.counts.woken += ids.length;
      this.counts.hints += parcels.length;
    } catch {
      // Why it failed is logged by the sender, once per outage.
      this.undelivered(ids, ripe);
    }
  }

  private undelivered(ids: string[], ripe: readonly Parcel[]): void {
    for (const parcel of ripe) this.counts.dropped += parcel.hint.ids.length;
    if (ids.length === 0) return;
    this.counts.undelivered += ids.length;
    this.options.onUndelivered(ids);
  }
}
