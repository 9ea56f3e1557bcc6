import type { LoadBalancing } from '../participant.js';

export type OutlierRules = NonNullable<LoadBalancing['outlier']>;

/** An endpoint is kept out for no more than this many times the ejection time. */
const LONGEST = 10;

/**
 * Whether an endpoint is left out because its last calls all failed. Every ejection lasts longer than the one before;
 * each ejection time that the endpoint then lasts forgives one of them. Whoever comes back is on trial: until a call
 * of it succeeds, one failure is enough.
 */
export class Ejection {
  private errors = 0;
  private times = 0;
  private end = -Infinity;

  /** When the last ejection ended or will end, in ms; `-Infinity` when there was none. */
  get until(): number {
    return this.end;
  }

  isOn(now: number): boolean {
    return now < this.end;
  }

  /** What ends while the endpoint is out was sent before, and tells nothing new. */
  succeeded(now: number): void {
    if (!this.isOn(now)) this.errors = 0;
  }

  /** @returns whether the endpoint has now failed often enough to be left out */
  failed({ consecutiveErrors }: OutlierRules, now: number): boolean {
    if (this.isOn(now)) return false;
    this.errors += 1;
    return this.errors >= consecutiveErrors;
  }

  begin({ consecutiveErrors, ejection }: OutlierRules, now: number): void {
    const forgiven = Math.floor((now - this.end) / ejection);
    this.times = Math.min(Math.max(this.times - forgiven, 0) + 1, LONGEST);
    this.end = now + ejection * this.times;
    this.errors = consecutiveErrors - 1;
  }

  /** Nothing is ejected any more: the rule was switched off. */
  lift(now: number): void {
    this.end = Math.min(this.end, now);
    this.errors = 0;
    this.times = 0;
  }
}
