/** After this many ms without an answer, what is known of an endpoint's latency counts for a third. */
const MEMORY = 10_000;

/** Below this, in ms, nobody is faster than another: it is noise. */
const FASTEST = 1;

/** Failures in a row beyond this many make an endpoint look no worse. */
const MOST_FAILURES = 10;

/**
 * How long an endpoint takes, as a moving mean that leaps to every peak at once and sinks slowly (the "peak EWMA" of
 * Twitter's Finagle): it is better to believe in bad news too early. Without answers it sinks towards nothing, so an
 * endpoint that was avoided is tried again by and by.
 */
export class Latency {
  private value = 0;
  private heardAt = -Infinity;
  private failures = 0;
  private failedAt = -Infinity;
  private forgetAt = Infinity;

  isKnown(now: number): boolean {
    this.look(now);
    return this.heardAt > -Infinity;
  }

  /** From `when` on nothing is known: the endpoint comes back then, and may be another one by then. */
  forget(when: number): void {
    this.forgetAt = when;
  }

  answered(duration: number, now: number): void {
    this.look(now);
    this.failures = 0;
    this.observe(duration, now);
  }

  /** Each failure in a row doubles what the endpoint costs, or else one that fails fast would draw all calls. */
  failed(duration: number, now: number): void {
    this.look(now);
    this.failures = Math.min(this.failures + 1, MOST_FAILURES);
    this.failedAt = now;
    this.observe(duration, now);
  }

  /** The mean in ms, as far as it is still remembered. */
  at(now: number): number {
    this.look(now);
    return this.value * remembered(now - this.heardAt);
  }

  /** What a call is expected to cost, for comparing endpoints; 1 at least. */
  costAt(now: number): number {
    const mean = Math.max(this.at(now), FASTEST);
    return this.failures === 0 ? mean : mean * (1 + 2 ** this.failures * remembered(now - this.failedAt));
  }

  private look(now: number): void {
    if (now < this.forgetAt) return;
    this.value = 0;
    this.failures = 0;
    this.heardAt = -Infinity;
    this.forgetAt = Infinity;
  }

  private observe(duration: number, now: number): void {
    const share = remembered(now - this.heardAt);
    this.value = Math.max(duration, this.value * share + duration * (1 - share));
    this.heardAt = now;
  }
}

function remembered(age: number): number {
  return Math.exp(-age / MEMORY);
}
