import type { Operation } from '../../../saga/definition.js';
import { spreadEvenly } from '../spread-evenly.js';

/** Nobody is told to come back later than this, in ms. */
const HORIZON = 60_000;

/**
 * When parked calls may come back: one by one, at the pace at which places become free. Beyond the horizon nothing is
 * booked; those calls ask again, spread over the last quarter of it.
 */
export class ComebackSlots {
  /** Until when slots are taken. Those of compensations lie in both: actions go round them, and never before them. */
  private allUntil = -Infinity;
  private undoingUntil = -Infinity;
  private turnedAway = 0;

  /**
   * How many ms a call has to wait for its slot.
   * @param pace ms from one place that becomes free to the next
   */
  book(operation: Operation, pace: number, now: number): number {
    this.allUntil = within(this.allUntil, now);
    this.undoingUntil = within(this.undoingUntil, now);
    const isUndoing = operation === 'compensation';
    const slot = (isUndoing ? this.undoingUntil : this.allUntil) + pace;
    if (slot > now + HORIZON) {
      this.turnedAway += 1;
      return HORIZON * (0.75 + 0.25 * spreadEvenly(this.turnedAway));
    }
    if (isUndoing) this.undoingUntil += pace;
    this.allUntil += pace;
    return slot - now;
  }
}

/** A clock that jumps back must not leave slots beyond the horizon. */
function within(until: number, now: number): number {
  return Math.min(Math.max(until, now), now + HORIZON);
}
