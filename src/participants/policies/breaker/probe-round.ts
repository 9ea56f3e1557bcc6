import type { CircuitBreaker } from '../../participant.js';
import type { Outcome } from '../outcome.js';

/** A lease that was asked for and not heard of again is asked for anew. In ms. */
const LONGEST_ASKING = 1_000;

/** The caller's clock readings may be off by the dust of fractions. In ms. */
const DUST = 0.5;

/**
 * The attempts of one half-opening to find out whether the participant is well: the lease under which this process may
 * probe, the probes in flight and how the others ended. It may take several leases when calls are rare.
 */
export class ProbeRound {
  /** When the lease began; `-Infinity` before the first. */
  grantedAt = -Infinity;
  private until = -Infinity;
  private notAskedBefore = -Infinity;
  private inFlight = 0;
  private ended = 0;
  private failures = 0;
  private slow = 0;

  asked(at: number): void {
    this.notAskedBefore = at + LONGEST_ASKING;
  }

  denied(at: number, wait: number): void {
    this.notAskedBefore = at + wait;
  }

  granted(at: number, ttl: number): void {
    this.grantedAt = at;
    this.until = at + ttl;
    this.notAskedBefore = -Infinity;
    // Probes of an earlier lease that have not ended yet are given up: {@link isOfLease}.
    this.inFlight = 0;
  }

  hasLease(at: number): boolean {
    return at < this.until;
  }

  mayAsk(at: number): boolean {
    return at >= this.notAskedBefore;
  }

  /** When the answer to the question that is being asked is known, at the latest. */
  get askAgainAt(): number {
    return this.notAskedBefore;
  }

  isFree(places: number): boolean {
    return this.inFlight + this.ended < places;
  }

  begin(): void {
    this.inFlight += 1;
  }

  /** Whether a call that ends now and took `duration` was sent under the lease. */
  isOfLease(duration: number, at: number): boolean {
    return at - duration >= this.grantedAt - DUST;
  }

  end(outcome: Outcome, isSlow: boolean): void {
    this.inFlight = Math.max(0, this.inFlight - 1);
    if (outcome === 'unsent') return;
    this.ended += 1;
    if (outcome === 'failure') this.failures += 1;
    if (isSlow) this.slow += 1;
  }

  /** What the probes say, as soon as those still to come can't change it, or `null`. */
  verdict(rules: CircuitBreaker): 'well' | 'ill' | null {
    const { halfOpenCalls, failureThreshold, slowCallThreshold, consecutiveFailures } = rules;
    const strict = consecutiveFailures === null ? halfOpenCalls : 0;
    const mayFail = failureThreshold === null ? strict : mostBelow(failureThreshold, halfOpenCalls);
    const mayBeSlow = slowCallThreshold === null ? halfOpenCalls : mostBelow(slowCallThreshold, halfOpenCalls);
    if (this.failures > mayFail || this.slow > mayBeSlow) return 'ill';
    return this.ended >= halfOpenCalls ? 'well' : null;
  }
}

/** How many of `calls` are fewer than `percent` of them. */
function mostBelow(percent: number, calls: number): number {
  return Math.ceil((percent * calls) / 100) - 1;
}
