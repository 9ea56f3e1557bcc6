import type { ReceiverVerdict } from './verdict.js';

/** Failures in a row that shut the gate. */
const THRESHOLD = 5;
/** In ms: the first rest, and the longest one that nobody has asked for. */
const FIRST_REST = 500;
const LONGEST_REST = 30_000;

/**
 * Lets deliveries through to one receiver, and keeps them from it while it is ill or asks for rest, so that one that is
 * dead costs nothing. After a rest one delivery is let through to see how it is. Knows no clock: times are in ms of any.
 */
export class Gate {
  private failures = 0;
  private rests = 0;
  private shutUntil = -Infinity;

  /** How many deliveries may begin now, if `limit` may be under way and `busy` are. */
  room(now: number, limit: number, busy: number): number {
    if (now < this.shutUntil) return 0;
    const most = this.rests > 0 ? 1 : limit;
    return Math.max(0, most - busy);
  }

  /** @param random a number in [0, 1) */
  heed(verdict: ReceiverVerdict, now: number, random: number): void {
    switch (verdict.kind) {
      case 'well':
        this.failures = 0;
        this.rests = 0;
        this.shutUntil = -Infinity;
        return;
      case 'ill':
        this.failures += 1;
        if (this.failures >= THRESHOLD || this.rests > 0) this.shut(now, this.nextRest(random));
        return;
      case 'resting':
        this.failures += 1;
        this.shut(now, verdict.rest ?? this.nextRest(random));
    }
  }

  /** Of deliveries that were under way together only the first one to fail makes the rest longer. */
  private shut(now: number, rest: number): void {
    if (now >= this.shutUntil) this.rests += 1;
    this.shutUntil = Math.max(this.shutUntil, now + rest);
  }

  private nextRest(random: number): number {
    return Math.min(LONGEST_REST, FIRST_REST * 2 ** this.rests) * (0.5 + random / 2);
  }
}
