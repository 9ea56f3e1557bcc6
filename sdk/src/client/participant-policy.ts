import type { Json } from '../json.js';
import type { RetryRule } from '../retry-rule.js';

/** A length of time as policies have it: `250ms`, `5s`, `15m`, `24h`, `7d`. */
type Time = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** Where a participant lives and how it is called. Defaults and bounds: docs/reference/participants.md. */
export interface ParticipantPolicy {
  /** 1 to 64 base URLs. */
  readonly endpoints: readonly (string | Endpoint)[];
  /** Of one attempt; `connect` is name resolution, TCP and TLS together. Default 1 s, 5 s. */
  readonly timeout?: { readonly connect?: Time; readonly total?: Time };
  /** Of actions. */
  readonly retry?: RetryRule<Time> & {
    readonly budget?: { readonly ratio?: number; readonly minPerSecond?: number } | null;
  };
  /** Of compensations. */
  readonly compensationRetry?: RetryRule<Time>;
  /** `whsec_…`, any text of 8 characters or more, or `env:NAME`. Shown as `(hidden)` unless it is a reference. */
  readonly signing?: { readonly secret: string } | null;
  /** Replaces rows of the answer table, by status (`409`) or class (`4xx`). */
  readonly answers?: {
    readonly action?: Readonly<Record<string, 'succeeded' | 'rejected' | 'retry' | 'in-doubt'>>;
    readonly compensation?: Readonly<Record<string, 'compensated' | 'stuck' | 'retry'>>;
  };
  /** Longest answer that is read, in bytes. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  readonly loadBalancing?: LoadBalancing;
  readonly circuitBreaker?: CircuitBreaker | null;
  /** A token bucket, shared by all processes. */
  readonly rateLimit?: { readonly capacity?: number; readonly ratePerSecond: number } | null;
  /** Smooths bursts by waiting. */
  readonly shaping?: { readonly maxRatePerSecond: number; readonly maxWait?: Time } | null;
  readonly bulkhead?: { readonly maxConcurrent: number; readonly mode?: 'fixed' | 'adaptive' } | null;
  readonly degradation?: Degradation | null;
}

/** A participant as Skald keeps it: its policy, its name, and the time-outs that hold for it. */
export interface Participant extends ParticipantPolicy {
  readonly name: string;
}

/** A base URL of a participant. */
export interface Endpoint {
  readonly url: string;
  /** Share of the calls, relative to the other endpoints. Default 1. */
  readonly weight?: number;
}

/** How calls are spread over the endpoints. */
export interface LoadBalancing {
  readonly strategy?: 'least_conn' | 'round_robin' | 'random';
  readonly outlier?: {
    readonly consecutiveErrors?: number;
    readonly ejection?: Time;
    readonly maxEjectedPercent?: number;
  } | null;
  readonly healthCheck?: { readonly path: string; readonly interval?: Time } | null;
}

/** When something stands in for the participant's answers, in optional steps that name no fallback of their own. */
export interface Degradation {
  readonly fallback: ParticipantFallback;
  /** One that is met degrades: a mean answering time above it, a share of failures at or above it, a share of others below it. */
  readonly conditions?: readonly DegradationCondition[];
}

/** What stands in. */
export type ParticipantFallback =
  | { readonly strategy: 'static_response'; readonly response: Json }
  /** The last good answer to the same question; not one that is older than `ttl`, 1 h by default. */
  | { readonly strategy: 'cache_only'; readonly ttl?: Time }
  /** `skip`, or an entry under `fallbacks:` in the resilience file. */
  | { readonly strategy: string };

/** A threshold, in per cent of the calls or as a length of time. */
export type DegradationCondition =
  | { readonly type: 'latency'; readonly threshold: Time }
  | { readonly type: 'error_rate' | 'availability'; readonly threshold: number | `${number}%` };

/** When calls are held back because too many fail. A threshold that is `null` does not count. */
export interface CircuitBreaker {
  /** Failures in a row. Default `null`. */
  readonly consecutiveFailures?: number | null;
  /** Per cent of the calls in the window. Default 50. */
  readonly failureThreshold?: number | null;
  /** Per cent of the calls in the window. Default 80. */
  readonly slowCallThreshold?: number | null;
  readonly slowCallDuration?: Time;
  readonly window?: Time;
  readonly minimumCalls?: number;
  readonly resetTimeout?: Time;
  readonly maxResetTimeout?: Time;
  readonly halfOpenCalls?: number;
}
