/** Moments at which an orchestrator may die: before and after each call, and after each entry of a journal. */
export class CrashPoints {
  /** What has been passed so far, in order. */
  readonly passed: string[] = [];
  private mustCrash = false;

  /** @param fatal number of the point at which to crash, from 1; absent: never */
  constructor(private readonly fatal: number | undefined) {}

  /** @returns whether the orchestrator dies here: then it must do nothing more before it has crashed */
  pass(point: string): boolean {
    this.passed.push(point);
    if (this.passed.length === this.fatal) this.mustCrash = true;
    return this.mustCrash;
  }

  /** Whether it is to crash now; asked once. */
  takeCrash(): boolean {
    const { mustCrash } = this;
    this.mustCrash = false;
    return mustCrash;
  }
}
