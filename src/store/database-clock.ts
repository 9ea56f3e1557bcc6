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
  /** The highest that it can be, as far as samples have told. */
  #most = Infinity;
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
    // A statement that got stuck on its way there makes `most` too high, never too low: so a lower one is believed at once,
    // a higher one only as fast as clocks may drift.
    const since = this.#sampledAt === null ? Infinity : Math.max(0, sentAt - this.#sampledAt);
    this.#most = Math.max(Math.min(most, this.#most + since * FASTEST_DRIFT), least);
    // The way there is half of a trip without the work, and the shortest trip seen is the nearest to that; it is
    // forgotten slowly, since networks change.
    this.#shortestTrip = Math.min(roundTrip, this.#shortestTrip * 1.0005);
    this.#offset = Math.max(this.#most - this.#shortestTrip / 2, least);
    this.#sampledAt = sentAt;
  }

  /** ms since the last sample. */
  get age(): number {
    return performance.now() - (this.#sampledAt ?? -Infinity);
  }
}
