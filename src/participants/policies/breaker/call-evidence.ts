import type { CircuitBreaker } from '../../participant.js';
import { SlidingWindow, type Counts } from '../sliding-window.js';

/** What the calls of a closed breaker tell of their participant, and whether that is enough to open. */
export class CallEvidence {
  private window: SlidingWindow;
  /** Failures in a row. */
  private streak = 0;
  /** Calls that were sent before tell of earlier times. */
  private countsFrom = -Infinity;
  private observedFrom: number;

  constructor(length: number, at: number) {
    this.window = new SlidingWindow(length, at);
    this.observedFrom = at;
  }

  /** Length of the window, in ms. */
  get length(): number {
    return this.window.length;
  }

  counts(at: number): Counts {
    return this.window.counts(at);
  }

  /** A call ended that took `duration` ms; it is left out if it was sent before {@link startOver}. */
  add(isFailure: boolean, isSlow: boolean, duration: number, at: number): void {
    if (at - duration < this.countsFrom) return;
    this.streak = isFailure ? this.streak + 1 : 0;
    this.window.add(isFailure, isSlow, duration, at);
  }

  isEnough(rules: CircuitBreaker, at: number): boolean {
    if (rules.consecutiveFailures !== null && this.streak >= rules.consecutiveFailures) return true;
    const { calls, failures, slow } = this.window.counts(at);
    if (calls < rules.minimumCalls) return false;
    return reaches(rules.failureThreshold, failures, calls) || reaches(rules.slowCallThreshold, slow, calls);
  }

  /** Calls per second, over the window or the time since the start. */
  rate(at: number): number {
    const observed = Math.min(this.window.length, at - this.observedFrom);
    return (this.window.counts(at).calls * 1_000) / Math.max(1_000, observed);
  }

  startOver(at: number): void {
    this.window.clear();
    this.streak = 0;
    this.countsFrom = at;
    this.observedFrom = at;
  }

  /** The window gets another length; what it has seen stays. */
  resize(length: number, at: number): void {
    if (length !== this.window.length) this.window = this.window.resized(length, at);
  }
}

function reaches(percent: number | null, some: number, all: number): boolean {
  return percent !== null && some * 100 >= percent * all;
}
