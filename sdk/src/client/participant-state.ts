/** State of a breaker; the forced ones by an operator's order. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'forced-open' | 'forced-closed';

/** A breaker: what it does, since when, and what it has seen. */
export interface Breaker {
  readonly state: BreakerState;
  /** RFC 3339; `null`: no process has called the participant lately. */
  readonly since: string | null;
  /** Within the last `ms`. */
  readonly window: { readonly calls: number; readonly failures: number; readonly slow: number; readonly ms: number };
}

/** A rate limit, or shaping: permits in time. */
export interface Pacing {
  readonly ratePerSecond: number;
  readonly capacity: number;
  /** Whether all processes draw from one schedule; false: at least one has only its share of the rate. */
  readonly shared: boolean;
  /** Permits in the hands of processes. */
  readonly stocked: number;
  /** How far the schedule is booked, in ms. */
  readonly waitMs: number;
}

/** How an endpoint of a participant fares. */
export interface EndpointState {
  readonly url: string;
  readonly inFlight: number;
  /** Mean of late, in ms; `null`: not known. */
  readonly latencyMs: number | null;
  /** RFC 3339; `null`: it is not ejected. */
  readonly ejectedUntil: string | null;
  readonly healthy: boolean;
  /** Of the calls, by its weight as it is now, in per cent. */
  readonly share: number;
  /** It came back lately and gets less than its share. */
  readonly slowStart: boolean;
  /** Fewer than half of the endpoints are in, by weight, so all of them are used. */
  readonly panic: boolean;
}

/** What is known of a participant, in one process or over all of them. A policy that is switched off is `null`. */
export interface PolicyState {
  readonly breaker: Breaker;
  readonly rateLimit: Pacing | null;
  readonly shaping: Pacing | null;
  /** `limit` is the number of places; each process has its own. */
  readonly bulkhead: {
    readonly mode: 'fixed' | 'adaptive';
    readonly limit: number;
    readonly inFlight: number;
    readonly waiting: number;
  } | null;
  /** `available`: retries that could go out now. */
  readonly retryBudget: { readonly available: number; readonly ratio: number; readonly minPerSecond: number } | null;
  /** Whether its fallback answers for it. */
  readonly degraded: boolean;
  /** Calls that have been sent and not ended. */
  readonly inFlight: number;
  readonly endpoints: readonly EndpointState[];
}

/** How a participant fares in one process, which has told so at `seenAt`. */
export interface ProcessState extends PolicyState {
  readonly node: string;
  readonly role: 'all' | 'worker';
  /** Of Skald. */
  readonly version: string;
  readonly startedAt: string;
  readonly seenAt: string;
}

/** How a participant fares, over all processes that have called it lately. */
export interface ParticipantState extends PolicyState {
  readonly name: string;
  /** What an operator has ordered of its breaker. */
  readonly order: {
    readonly state: 'forced-open' | 'forced-closed';
    /** Role of the key that it was given with; `anonymous` where there are no keys. */
    readonly by: string;
    readonly at: string;
    readonly reason: string;
  } | null;
  readonly processes: readonly ProcessState[];
}
