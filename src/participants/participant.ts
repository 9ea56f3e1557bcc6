import type { Verdict } from '../saga/answer-table.js';
import type { RetryPolicy } from '../saga/backoff.js';
import type { Fallback } from '../saga/definition.js';
import type { JsonObject } from '../saga/json.js';

/**
 * A service that carries out actions and compensations, and the policy under which it is called (contract §6).
 * Times in ms. A policy that is `null` is switched off.
 */
export interface Participant {
  readonly name: string;
  /** 1 to 64. */
  readonly endpoints: readonly Endpoint[];
  readonly loadBalancing: LoadBalancing;
  readonly timeout: { readonly connect: number; readonly total: number };
  /** What the participant says about retries; a definition overrides it, and the defaults fill the rest. */
  readonly retry: Partial<RetryPolicy>;
  readonly compensationRetry: Partial<RetryPolicy>;
  readonly retryBudget: RetryBudget | null;
  readonly circuitBreaker: CircuitBreaker | null;
  readonly rateLimit: RateLimit | null;
  readonly shaping: Shaping | null;
  readonly bulkhead: Bulkhead | null;
  readonly degradation: Degradation | null;
  readonly signing: Signing | null;
  readonly answers: AnswerOverrides;
  /** Longest answer that is read, in bytes. Default 1 MiB. */
  readonly maxResponseBytes: number;
  /** The document as it was given, secret included: for the store only, see {@link describeParticipant}. */
  readonly source: JsonObject;
}

/** What a participant may be called. */
export const PARTICIPANT_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/;

/** A base URL. */
export interface Endpoint {
  /** As it was given. */
  readonly url: string;
  /** Scheme, host and port, the host in its canonical notation. */
  readonly origin: string;
  /** What stands before the path of every call; empty or `/…` without a slash at its end. */
  readonly basePath: string;
  /** Share of the calls, relative to the other endpoints. Default 1. */
  readonly weight: number;
}

export interface LoadBalancing {
  readonly strategy: 'least_conn' | 'round_robin' | 'random';
  readonly outlier: {
    readonly consecutiveErrors: number;
    readonly ejection: number;
    readonly maxEjectedPercent: number;
  } | null;
  readonly healthCheck: { readonly path: string; readonly interval: number } | null;
}

/** Retries may make up this share of all calls, and `minPerSecond` are always allowed. */
export interface RetryBudget {
  readonly ratio: number;
  readonly minPerSecond: number;
}

/** Opens by whichever of its thresholds is reached first; one that is `null` does not count. */
export interface CircuitBreaker {
  /** Failures in a row, however long they take. */
  readonly consecutiveFailures: number | null;
  /** Per cent of the calls in the window that failed. */
  readonly failureThreshold: number | null;
  /** Per cent of the calls in the window that took `slowCallDuration` or longer. */
  readonly slowCallThreshold: number | null;
  readonly slowCallDuration: number;
  readonly window: number;
  readonly minimumCalls: number;
  readonly resetTimeout: number;
  readonly maxResetTimeout: number;
  readonly halfOpenCalls: number;
}

/** A token bucket, shared by all processes. */
export interface RateLimit {
  readonly capacity: number;
  readonly ratePerSecond: number;
}

/** Smooths bursts by waiting, never drops. */
export interface Shaping {
  readonly maxRatePerSecond: number;
  readonly maxWait: number;
}

export interface Bulkhead {
  readonly maxConcurrent: number;
  readonly mode: 'fixed' | 'adaptive';
}

/** When a participant counts as degraded, and what then stands in for its answers where a step allows it. */
export interface Degradation {
  /** For steps that are optional and name no fallback of their own. */
  readonly fallback: Fallback;
  /** One that is met degrades. None: only a breaker that is open, or attempts that are used up. */
  readonly conditions: readonly DegradationCondition[];
}

/**
 * `latency`: mean time of an answer above `threshold` ms. `error_rate`: per cent of calls that failed at or above it.
 * `availability`: per cent of calls that did not fail below it.
 */
export interface DegradationCondition {
  readonly type: 'latency' | 'error_rate' | 'availability';
  readonly threshold: number;
}

export interface Signing {
  /** The secret itself (`whsec_…` or any text of 8 characters or more), or `env:NAME` for a variable that holds it. */
  readonly secret: string;
}

/** Rows that replace those of the answer table, by status (`409`) or class (`4xx`); the status wins. */
export interface AnswerOverrides {
  readonly action: { readonly [status: string]: Verdict };
  readonly compensation: { readonly [status: string]: Verdict };
}

export const DEFAULT_TIMEOUT = { connect: 1_000, total: 5_000 };
export const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576;
export const DEFAULT_LOAD_BALANCING: LoadBalancing = { strategy: 'least_conn', outlier: null, healthCheck: null };
export const DEFAULT_OUTLIER = { consecutiveErrors: 5, ejection: 30_000, maxEjectedPercent: 50 };
export const DEFAULT_HEALTH_CHECK_INTERVAL = 10_000;
export const DEFAULT_RETRY_BUDGET: RetryBudget = { ratio: 0.2, minPerSecond: 3 };
export const DEFAULT_SHAPING_WAIT = 30_000;
export const DEFAULT_CIRCUIT_BREAKER: CircuitBreaker = {
  consecutiveFailures: null,
  failureThreshold: 50,
  slowCallThreshold: 80,
  slowCallDuration: 2_000,
  window: 30_000,
  minimumCalls: 20,
  resetTimeout: 5_000,
  maxResetTimeout: 60_000,
  halfOpenCalls: 5,
};
