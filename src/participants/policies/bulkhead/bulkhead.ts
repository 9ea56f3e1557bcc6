import type { Operation } from '../../../saga/definition.js';
import type { Reply } from '../../../saga/reply.js';
import type { Bulkhead as BulkheadRules } from '../../participant.js';
import type { BulkheadSnapshot } from '../../participant-snapshot.js';
import { AdaptiveLimit } from './adaptive-limit.js';
import { outcomeOf } from '../outcome.js';
import { loadShownBy } from './bulkhead-load.js';
import { WaitingRoom, type Waiter } from './bulkhead-room.js';
import { ComebackSlots } from './bulkhead-slots.js';

/** Of the places, actions leave this share to compensations. */
const RESERVE = 0.1;

/** More calls than that never wait in memory, however many places there are. */
const MOST_SEATS = 1_000;

/** What a call takes, in ms, as long as none has ended. */
const FIRST_GUESS = 100;

/** How much one more duration moves their mean. */
const WEIGHT = 1 / 16;

/**
 * The places of one participant in this process: how many calls of it may be in flight. Whatever it does, it can't take
 * up more of the process than that (Nygard, "Release It!", 2007). Holds no clock: `now` is in ms.
 */
export class Bulkhead {
  private actions = 0;
  private compensations = 0;
  /** Sum of the moments at which the calls in flight got their places. */
  private entered = 0;
  private meanDuration: number | null = null;
  private adaptive: AdaptiveLimit | null = null;
  private readonly room = new WaitingRoom();
  private readonly slots = new ComebackSlots();

  constructor(
    private rules: BulkheadRules,
    now: number,
  ) {
    this.adopt(rules, now);
  }

  /** Goes on under other rules. Calls above a lower limit end in peace; who waits may enter under a higher one. */
  adopt(rules: BulkheadRules, now: number): void {
    this.rules = rules;
    if (rules.mode === 'fixed') this.adaptive = null;
    else if (this.adaptive) this.adaptive.adopt(rules.maxConcurrent);
    else this.adaptive = new AdaptiveLimit(rules.maxConcurrent, now);
    this.callIn(now);
  }

  /** Takes a place if there is one: the caller gives it back by {@link leave}. Who waits has been called in already. */
  enter(operation: Operation, now: number): boolean {
    if (!this.hasPlaceFor(operation)) return false;
    this.take(operation, now);
    return true;
  }

  /** Whether the call may wait in memory, where there are as many seats as places. */
  seat(waiter: Waiter): boolean {
    return this.room.seat(waiter, Math.min(this.limit, MOST_SEATS));
  }

  /** It does not wait any longer. */
  unseat(waiter: Waiter): void {
    this.room.remove(waiter);
  }

  /**
   * Gives a place back, and calls in who waits for one.
   * @param since when the place was taken
   * @param reply what became of the call; `null` when it ended by a bug
   */
  leave(operation: Operation, since: number, reply: Reply | null, now: number): void {
    const { inFlight } = this;
    if (operation === 'action') this.actions -= 1;
    else this.compensations -= 1;
    // Zero is zero, whatever sums of fractions say.
    this.entered = inFlight === 1 ? 0 : this.entered - since;
    if (reply && outcomeOf(reply) !== 'unsent') this.learn(reply, now - since, inFlight, now);
    this.callIn(now);
  }

  /** How many ms a call for which there was neither place nor seat should be parked. */
  comeBackIn(operation: Operation, now: number): number {
    // Little's law: calls in flight = rate × duration.
    return this.slots.book(operation, this.duration(now) / this.limit, now);
  }

  snapshot(): BulkheadSnapshot {
    return { limit: this.limit, inFlight: this.inFlight, waiting: this.room.size, mode: this.rules.mode };
  }

  private get limit(): number {
    return this.adaptive?.limit ?? this.rules.maxConcurrent;
  }

  private get inFlight(): number {
    return this.actions + this.compensations;
  }

  private hasPlaceFor(operation: Operation): boolean {
    const { limit } = this;
    if (this.inFlight >= limit) return false;
    return operation === 'compensation' || this.actions < Math.max(1, limit - Math.ceil(limit * RESERVE));
  }

  private take(operation: Operation, now: number): void {
    if (operation === 'action') this.actions += 1;
    else this.compensations += 1;
    this.entered += now;
  }

  private callIn(now: number): void {
    while (this.room.size > 0 && this.hasPlaceFor('compensation')) {
      const waiter = this.room.call(this.hasPlaceFor('action'));
      if (!waiter) return;
      this.take(waiter.operation, now);
      waiter.enter(now);
    }
  }

  private learn(reply: Reply, duration: number, inFlight: number, now: number): void {
    this.meanDuration =
      this.meanDuration === null ? duration : this.meanDuration + (duration - this.meanDuration) * WEIGHT;
    const load = this.adaptive ? loadShownBy(reply) : 'none';
    if (load !== 'none') this.adaptive?.sample(duration, inFlight, load === 'overload', now);
  }

  /** Calls that don't end tell of a black hole before the first of them is over, so their mean age counts too. */
  private duration(now: number): number {
    const age = this.inFlight === 0 ? 0 : now - this.entered / this.inFlight;
    return Math.max(this.meanDuration ?? FIRST_GUESS, age);
  }
}
