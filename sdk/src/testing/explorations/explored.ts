/** What an exhaustive test has tried. */
export interface Explored {
  /** How many times the saga was run. */
  readonly runs: number;
}
