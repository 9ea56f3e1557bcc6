/** What a {@link SlidingWindow} has seen. */
export interface Counts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  /** Sum of the calls' durations, in ms. */
  readonly duration: number;
}

type Bucket = { -readonly [name in keyof Counts]: Counts[name] };

const BUCKETS = 12;

/**
 * Counts the calls of the last `length` ms in twelve buckets. A call is counted for the bucket that it falls into: for at
 * least eleven twelfths of the length and never for longer than it. Adding and reading are O(1) amortised and allocate
 * nothing. Time that goes back by more than a bucket is taken for a clock that was set: counting goes on from there.
 */
export class SlidingWindow {
  private readonly buckets = Array.from({ length: BUCKETS }, empty);
  private readonly total = empty();
  private current = this.buckets[0]!;
  private slot = 0;
  /** Number of the bucket that time is in, counted since the clock's own zero. */
  private index: number;

  /** @param length in ms */
  constructor(
    readonly length: number,
    now: number,
  ) {
    this.index = this.indexOf(now);
  }

  add(isFailure: boolean, isSlow: boolean, duration: number, now: number): void {
    this.advance(now);
    count(this.current, isFailure, isSlow, duration);
    count(this.total, isFailure, isSlow, duration);
  }

  /** A live view: read it at once, and don't keep it. */
  counts(now: number): Counts {
    this.advance(now);
    return this.total;
  }

  clear(): void {
    this.buckets.forEach(wipe);
    wipe(this.total);
  }

  /** The same calls under another length: all of them count as seen just now. */
  resized(length: number, now: number): SlidingWindow {
    const other = new SlidingWindow(length, now);
    Object.assign(other.current, this.counts(now));
    Object.assign(other.total, this.total);
    return other;
  }

  private advance(now: number): void {
    const index = this.indexOf(now);
    if (index === this.index) return;
    const steps = Math.min(index - this.index, BUCKETS);
    // One bucket back is a caller that read the clock a little earlier.
    if (steps > 0 || steps < -1) this.index = index;
    for (let step = 0; step < steps; step++) this.turn();
  }

  private turn(): void {
    this.slot = (this.slot + 1) % BUCKETS;
    this.current = this.buckets[this.slot]!;
    this.total.calls -= this.current.calls;
    this.total.failures -= this.current.failures;
    this.total.slow -= this.current.slow;
    // Sums of fractions leave dust behind.
    this.total.duration = this.total.calls === 0 ? 0 : this.total.duration - this.current.duration;
    wipe(this.current);
  }

  private indexOf(now: number): number {
    return Math.floor((now * BUCKETS) / this.length);
  }
}

function empty(): Bucket {
  return { calls: 0, failures: 0, slow: 0, duration: 0 };
}

function count(bucket: Bucket, isFailure: boolean, isSlow: boolean, duration: number): void {
  bucket.calls += 1;
  if (isFailure) bucket.failures += 1;
  if (isSlow) bucket.slow += 1;
  bucket.duration += duration;
}

function wipe(bucket: Bucket): void {
  bucket.calls = 0;
  bucket.failures = 0;
  bucket.slow = 0;
  bucket.duration = 0;
}
