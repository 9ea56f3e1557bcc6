import type { Cadence } from './cadence.js';

const FIRST_SHARE = 0.1;

/** At full pace, before it is tried whether the participant takes more than it used to. */
const PLATEAU = 120_000;

/** It ends at a thousand times the reference. */
const MOST_DOUBLINGS = 10;

/**
 * A tenth of the full pace at the start, growing evenly to all of it over `length` ms; then two minutes at full pace. Should
 * calls still be waiting then, the reference was too low, and the pace doubles with every further `length`.
 *
 * Permits by the time t are the integral of the share: 0.1 t + 0.45 t²/length on the ramp.
 */
export class RampCadence implements Cadence {
  private readonly perMs: number;
  /** Ms at full pace that let out as many calls as the ramp does. */
  private readonly rampWorth: number;

  constructor(
    readonly start: number,
    readonly length: number,
    readonly reference: number,
  ) {
    this.perMs = reference / 1000;
    this.rampWorth = (length * (1 + FIRST_SHARE)) / 2;
  }

  /** When it is over, however many calls still wait. */
  get end(): number {
    return this.start + this.length + PLATEAU + MOST_DOUBLINGS * this.length;
  }

  permitsBy(at: number): number {
    const time = at - this.start;
    if (time <= 0) return 0;
    if (time < this.length) {
      return this.perMs * time * (FIRST_SHARE + ((1 - FIRST_SHARE) / 2) * (time / this.length));
    }
    const level = Math.min(time - this.length, PLATEAU);
    const doubled = (this.length / Math.LN2) * (2 ** this.doublings(time) - 1);
    return this.perMs * (this.rampWorth + level + doubled);
  }

  dueAt(n: number): number {
    const worth = n / this.perMs;
    if (worth < this.rampWorth) {
      const growth = (1 - FIRST_SHARE) / this.length;
      return this.start + (Math.sqrt(FIRST_SHARE ** 2 + 2 * growth * worth) - FIRST_SHARE) / growth;
    }
    const level = worth - this.rampWorth;
    if (level <= PLATEAU) return this.start + this.length + level;
    const doublings = Math.log2(1 + ((level - PLATEAU) * Math.LN2) / this.length);
    return this.start + this.length + PLATEAU + this.length * doublings;
  }

  private doublings(time: number): number {
    return Math.min(Math.max(0, (time - this.length - PLATEAU) / this.length), MOST_DOUBLINGS);
  }
}
