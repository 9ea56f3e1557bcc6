import type { Lane } from './pace.js';
import { toleranceOf, type Grant, type Want } from './schedule.js';

/** What one process knows of a lane: when it would give its next permit. Others may have drawn since. */
export class LaneBook {
  private freeAt = -Infinity;

  constructor(readonly lane: Lane) {}

  /** In ms from now, as far as is known; less than 0 says for how long permits have been valid already. */
  freeIn(now: number): number {
    return Math.max(this.freeAt - now, -toleranceOf(this.lane));
  }

  want(want: number, horizonMs: number, now: number): Want {
    return { ...this.lane, want, horizonMs, notBeforeMs: this.freeIn(now) };
  }

  /** @param everyMs between the permits of this grant */
  note({ count, firstInMs }: Grant, everyMs: number, now: number): void {
    this.freeAt = now + firstInMs + count * everyMs;
  }

  /** Permits that were drawn are on their way back. */
  takeBack(count: number): void {
    this.freeAt -= count * this.lane.intervalMs;
  }

  /** The same lane at another pace: what is booked stays booked. */
  at(lane: Lane): LaneBook {
    const book = new LaneBook(lane);
    book.freeAt = this.freeAt;
    return book;
  }
}
