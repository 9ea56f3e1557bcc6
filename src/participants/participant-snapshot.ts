import type { BreakerReport } from './policies/breaker/breaker-report.js';

/**
 * How one participant fares in one process, as plain JSON: for the other processes, for the operators' board and for the
 * metrics. Times are ages or spans in ms, so that clocks need not agree. What belongs to a policy that is switched off is
 * left out.
 */
export interface ParticipantSnapshot {
  readonly breaker?: BreakerReport;
  readonly rateLimit?: PacingSnapshot;
  readonly shaping?: PacingSnapshot;
  readonly bulkhead?: BulkheadSnapshot;
  readonly retryBudget?: RetryBudgetSnapshot;
  readonly degradation?: DegradationSnapshot;
  /** Calls that have been sent and not ended. */
  readonly inFlight: number;
  readonly endpoints: readonly EndpointSnapshot[];
}

/** Of a policy that hands out permits in time: the rate limit, and shaping. */
export interface PacingSnapshot {
  readonly ratePerSecond: number;
  /** Permits that can be drawn at once after a quiet time. */
  readonly capacity: number;
  /** Whether all processes draw from one schedule; false: each has its share. */
  readonly shared: boolean;
  /** Permits in the hands of this process. */
  readonly stocked: number;
  /** How far the schedule is booked. */
  readonly waitMs: number;
}

export interface BulkheadSnapshot {
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly mode: 'fixed' | 'adaptive';
}

export interface RetryBudgetSnapshot {
  /** Retries that could go out now. */
  readonly available: number;
  readonly ratio: number;
  readonly minPerSecond: number;
}

export interface DegradationSnapshot {
  readonly degraded: boolean;
  readonly sinceMs: number;
}

export interface EndpointSnapshot {
  readonly url: string;
  readonly inFlight: number;
  /** Mean of late; `null`: not known yet. */
  readonly latencyMs: number | null;
  /** For how long it is still left out; `null`: it is not. */
  readonly ejectedUntilMs: number | null;
  readonly healthy: boolean;
  /** Of the calls, by its weight as it is now, in per cent. */
  readonly share: number;
  /** Whether it came back lately and gets less than its share. */
  readonly slowStart: boolean;
  /** Whether fewer than half of the endpoints are in, by weight, so that all are used, those that are out as well. */
  readonly panic: boolean;
}
