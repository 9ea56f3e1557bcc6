/** Fewest calls in flight that the limit comes down to, unless `maxConcurrent` is less. */
const FLOOR = 4;

/** Latency may rise to this multiple of the unloaded one before the limit comes down: some queueing is no harm. */
const TOLERANCE = 1.5;

/** What an overloaded answer leaves of the limit. */
const CUT = 0.9;

/** A mean of fewer latencies is too noisy to act on. */
const FEWEST_SAMPLES = 16;

/** The unloaded latency is measured anew at most so often: in ms, and in latencies, so that it costs ≤ 3 % throughput. */
const PROBE_EVERY = 30_000;
const LATENCIES_BETWEEN_PROBES = 30;

/**
 * How many calls a participant can work on at once, found out by what they take.
 *
 * A gradient algorithm in the manner of `Gradient2` of Netflix' concurrency-limits (2018): after a round of calls the
 * limit is multiplied by (long-term latency ÷ latency of the round), at most by 1, and gets some room to grow if it was
 * used. It differs in two ways, because a long-term mean creeps up with the very queue that it should reveal: the
 * long-term latency is only raised by rounds at half the limit, which are called for when there are none by themselves
 * (as BBR drains the pipe to see its length; Cardwell et al., "BBR: Congestion-Based Congestion Control", 2016); and
 * after a change as many calls are passed over as were in flight, so that it is not judged by what it did not cause.
 *
 * Pure: time comes in as an argument, ms of a clock that starts anywhere.
 */
export class AdaptiveLimit {
  private value: number;
  /** Mean latency without a queue, in ms; `null` before the first round. */
  private unloaded: number | null = null;
  /** Until it meets resistance for the first time, the limit doubles. */
  private isFirstClimb = true;
  private isProbing = false;
  private cutAt = -Infinity;
  private probedAt: number;
  /** The highest value since then. */
  private peak: number;

  // The round. The calls to pass over are counted, not told by when they started: of those that started lately the short
  // ones end first, and a mean of them would be too low.
  private toPass = 0;
  private sum = 0;
  private count = 0;
  private busiest = 0;

  /** @param most the limit never gets above this; starts at 4 or `most` if that is less */
  constructor(
    private most: number,
    now: number,
  ) {
    this.value = Math.min(FLOOR, most);
    this.peak = this.value;
    this.probedAt = now;
  }

  /** Calls that may be in flight: a whole number from min(4, `most`) to `most`. */
  get limit(): number {
    return Math.floor(this.isProbing ? this.within(this.value / 2) : this.value);
  }

  /** Another bound for the limit; what is known about the participant stays. */
  adopt(most: number): void {
    this.most = most;
    this.value = this.within(this.value);
  }

  /**
   * A call ended that tells something about the participant's load.
   * @param duration ms that it took
   * @param inFlight calls in flight when it ended, itself included
   * @param isOverload the participant had no time for it: its duration says nothing, and the limit comes down at once
   */
  sample(duration: number, inFlight: number, isOverload: boolean, now: number): void {
    if (isOverload) return this.cut(now - duration, inFlight, now);
    this.busiest = Math.max(this.busiest, inFlight);
    // Those that are left once a probe has room waited in the old queue, and some of them end late.
    if (this.isProbing && inFlight > this.limit) this.toPass = 2 * inFlight;
    if (this.toPass > 0) {
      this.toPass -= 1;
      return;
    }
    this.sum += duration;
    this.count += 1;
    if (this.count >= Math.max(FEWEST_SAMPLES, this.limit / 2)) this.concludeRound(inFlight, now);
  }

  /** Calls that were sent before the last cut found the same crowd that it was made for, so they cut no more. */
  private cut(startedAt: number, inFlight: number, now: number): void {
    if (startedAt < this.cutAt) return;
    this.cutAt = now;
    this.isFirstClimb = false;
    this.value = this.within(this.value * CUT);
    this.begin(inFlight);
  }

  private concludeRound(inFlight: number, now: number): void {
    const latency = this.sum / this.count;
    const isUnloaded = this.isProbing || this.busiest <= this.value / 2;
    if (isUnloaded || this.unloaded === null) this.learnUnloaded(latency, now);
    if (!this.isProbing) this.move(latency, this.unloaded ?? latency);
    this.isProbing = !isUnloaded && this.isProbeDue(latency, now);
    this.begin(inFlight);
  }

  /** By the clock; or because the limit fell by so much that what is known of the participant may be out of date. */
  private isProbeDue(latency: number, now: number): boolean {
    return (
      this.value < this.peak / 2 || now - this.probedAt >= Math.max(PROBE_EVERY, LATENCIES_BETWEEN_PROBES * latency)
    );
  }

  private learnUnloaded(latency: number, now: number): void {
    this.unloaded = this.unloaded === null ? latency : (this.unloaded + latency) / 2;
    this.probedAt = now;
    this.peak = this.value;
  }

  private move(latency: number, unloaded: number): void {
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * unloaded) / latency));
    if (gradient < 1) this.isFirstClimb = false;
    // Actions leave a share of the places free for compensations, so a limit that is used up is not quite reached.
    const isUsed = this.busiest >= 0.7 * Math.floor(this.value);
    const climb = this.isFirstClimb ? this.value : Math.sqrt(this.value) / 2;
    this.value = this.within(this.value * gradient + (isUsed ? climb : 0));
    this.peak = Math.max(this.peak, this.value);
  }

  private begin(inFlight: number): void {
    this.toPass = inFlight;
    this.sum = 0;
    this.count = 0;
    this.busiest = 0;
  }

  private within(value: number): number {
    return Math.min(this.most, Math.max(Math.min(FLOOR, this.most), value));
  }
}
