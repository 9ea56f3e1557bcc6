import { performance } from 'node:perf_hooks';

/** ms per ms. */
const FASTEST_DRIFT = 0.001;

/**
 * The database's clock as far as this process can tell. Every statement that returns `now()` is a sample; between
 * samples a monotonic clock carries on, so a jump of the machine's own clock changes nothing.
 */
export class DatabaseClock {
  /** Database time minus monotonic time, ms. Until the first sample the machine's clock has to do. */
  #offset: number = performance.timeOrigin;
  #sampledAt: number | null = null;
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
    // now() was read between sending and receiving: that much is certain.
    const most = databaseNow - sentAt;
    const least = most - roundTrip;
    // It is read when the statement arrives. The way there is half of a trip without the work, and the shortest trip seen
    // is the nearest to that; it is forgotten slowly, since networks change.
    this.#shortestTrip = Math.min(roundTrip, this.#shortestTrip * 1.0005);
    const guess = most - this.#shortestTrip / 2;
    // A statement that got stuck on its way makes the guess too high, never too low. So a lower one is believed at once,
    // a higher one only as fast as clocks may drift.
    const slewed = this.#sampledAt === null ? guess : this.#offset + (sentAt - this.#sampledAt) * FASTEST_DRIFT;
    this.#offset = Math.min(Math.max(Math.min(guess, slewed), least), most);
    this.#sampledAt = sentAt;
  }

  /** ms since the last sample. */
  get age(): number {
    return performance.now() - (this.#sampledAt ?? -Infinity);
  }
}
