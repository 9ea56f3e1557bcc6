/** How long a limit must have been passed, at every look, before anybody is turned away, in ms. */
export const RISE = 3_000;

/** How long it must have eased before starts are let in again, in ms. */
export const FALL = 1_000;

/** Eased is what is below this share of the limit: a load that hovers around it does not open and shut the door. */
export const EASED = 0.5;

/** One limit: passed for long enough, or eased for long enough. */
interface Line {
  readonly limit: number;
  isCrossed: boolean;
  /** Since when it has been passed, or eased, at every look; `null`: it was not, the last time. */
  above: number | null;
  below: number | null;
}

/**
 * One sign of overload against rising limits. A spike is no overload: only what stays counts, and a look that could not
 * be taken changes nothing.
 */
export class Pressure {
  private readonly lines: readonly Line[];
  /** As it was seen last. */
  value = 0;

  /** @param limits rising; the first one passed is level 1, and so on. `Infinity` is never passed. */
  constructor(limits: readonly number[]) {
    this.lines = limits.map((limit) => ({ limit, isCrossed: false, above: null, below: null }));
  }

  /** 0: none of the limits. */
  get level(): number {
    return this.lines.filter(({ isCrossed }) => isCrossed).length;
  }

  /** @param now monotonic, in ms */
  observe(value: number, now: number): void {
    this.value = value;
    for (const line of this.lines) {
      line.above = value >= line.limit ? (line.above ?? now) : null;
      line.below = value < line.limit * EASED ? (line.below ?? now) : null;
      if (line.above !== null && now - line.above >= RISE) line.isCrossed = true;
      if (line.below !== null && now - line.below >= FALL) line.isCrossed = false;
    }
  }
}
