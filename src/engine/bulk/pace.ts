/** How many orders may go out now. What was not used is kept for a second, so that a slow round is made up for. */
export class Pace {
  private saved = 1;
  private at: number;

  /** @param now in ms, of a clock that only goes forward */
  constructor(now: number) {
    this.at = now;
  }

  allowance(ratePerSecond: number, now: number): number {
    this.saved = Math.min(this.saved + ((now - this.at) / 1_000) * ratePerSecond, Math.max(1, ratePerSecond));
    this.at = now;
    return Math.floor(this.saved);
  }

  use(count: number): void {
    this.saved -= count;
  }
}
