/** Callers read the clock a little before they get here; more than this is no such lateness. */
const LATENESS = 1_000;

/** Time that never goes back, out of a clock that may: a clock that was set back goes on from where it was. */
export class SteadyTime {
  private offset = 0;

  constructor(private latest: number) {}

  /** @param now what the clock shows, in ms */
  at(now: number): number {
    if (now < this.latest - LATENESS) {
      this.offset += this.latest - now;
      this.latest = now;
    } else if (now > this.latest) {
      this.latest = now;
    }
    return this.latest + this.offset;
  }
}
