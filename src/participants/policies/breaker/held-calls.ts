import type { Operation } from '../../../saga/definition.js';
import type { BreakerRamp } from './breaker-ramp.js';

/** Time for the probes, before those come who have a slot on the ramp. In ms. */
const PROBING_TIME = 1_000;

/** For those who came when their time was over but must wait for the right to probe. In ms. */
const NEXT_LOOK = 100;

/** The first actions come this much after the first compensations, and spread over that much more. In ms. */
const COURTESY = 100;
const SPREAD = 150;

/** Its multiples, modulo 1, are spread evenly however many there are. */
const GOLDEN_RATIO = 0.618033988749895;

/**
 * When the calls that an open breaker holds back are to come again: a few, as many as may probe, when it half-opens,
 * compensations a little before actions; all others one by one on the ramp that is to follow.
 */
export class HeldCalls {
  /** When the next few are to come. */
  private look: number;
  private actions = 0;
  private compensations = 0;
  /** When a call was last held. */
  latest = -Infinity;
  /** A compensation is among those that were held. */
  hasCompensation = false;

  constructor(
    halfOpensAt: number,
    private upcoming: BreakerRamp,
  ) {
    this.look = halfOpensAt;
    this.upcoming = upcoming.startingAt(halfOpensAt + PROBING_TIME);
  }

  /** The ramp that they were given slots on. */
  get ramp(): BreakerRamp {
    return this.upcoming;
  }

  /**
   * Ms to wait until there may be a probe's place.
   * @param few how many of each kind may come at that time; the others wait for the ramp
   * @param notBefore when there may be one, unless it is sooner than anybody can tell
   */
  untilProbe(operation: Operation, few: number, notBefore: number, at: number): number {
    this.note(operation, at);
    if (at >= this.look) {
      this.look = Math.max(at + NEXT_LOOK, notBefore);
      this.actions = 0;
      this.compensations = 0;
    }
    const earlier = operation === 'action' ? this.actions++ : this.compensations++;
    if (earlier >= few) return this.upcoming.book(operation, at);
    const behind = operation === 'action' ? COURTESY + SPREAD * ((earlier * GOLDEN_RATIO) % 1) : 0;
    return Math.ceil(this.look - at + behind);
  }

  /** Ms to wait for a place on the ramp: all that may probe do so already. */
  untilRamp(operation: Operation, at: number): number {
    this.note(operation, at);
    return this.upcoming.book(operation, at);
  }

  /** The probes begin only now, so the ramp will be later. */
  probing(at: number): void {
    const start = at + PROBING_TIME;
    if (start > this.upcoming.start) this.upcoming = this.upcoming.startingAt(start);
  }

  private note(operation: Operation, at: number): void {
    this.latest = at;
    if (operation === 'compensation') this.hasCompensation = true;
  }
}
