/** How fast calls may go out over time, as permits numbered from 0; may only grow. */
export interface Cadence {
  readonly start: number;
  /** Calls per second at full pace. */
  readonly reference: number;
  /** Permits due by the time `at`; 0 before the start. */
  permitsBy(at: number): number;
  /** When permit `n` is due; the start for 0. */
  dueAt(n: number): number;
}

/** Full pace from the start on. */
export class FlatCadence implements Cadence {
  constructor(
    readonly start: number,
    readonly reference: number,
  ) {}

  permitsBy(at: number): number {
    return Math.max(0, at - this.start) * (this.reference / 1000);
  }

  dueAt(n: number): number {
    return this.start + n * (1000 / this.reference);
  }
}
