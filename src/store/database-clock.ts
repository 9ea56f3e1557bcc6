import { performance } from 'node:perf_hooks';

/**
 * The database's clock as far as this process can tell. Every statement that returns `now()` is a sample; between
 * samples a monotonic clock carries on, so a jump of the machine's own clock changes nothing.
 */
export class DatabaseClock {
  /** Database time minus monotonic time, ms. Until the first sample the machine's clock has to do. */
  #offset: number = performance.timeOrigin;
  #sampledAt = -Infinity;
  #shortestTrip = Infinity;

  /** Epoch ms. */
  now(): number {
    return performance.now() + this.#offset;
  }

  /**
   * @param databaseNow what `now()` said, epoch ms
   * @param sentAt `performance.now()` when the statement was sent
   * @param roundTrip ms until its answer was here
   */
  observe(databaseNow: number, sentAt: number, roundTrip: number): void {
    // now() is read when the statement arrives. The way there is half of a trip without the work, and the shortest trip
    // seen is the nearest to that. It is forgotten slowly, since networks change.
    this.#shortestTrip = Math.min(roundTrip, this.#shortestTrip * 1.01);
    this.#offset = databaseNow - (sentAt + this.#shortestTrip / 2);
    this.#sampledAt = performance.now();
  }

  /** ms since the last sample. */
  get age(): number {
    return performance.now() - this.#sampledAt;
  }
}
