import type { SagaStatus } from './saga.js';

/** How ready the server is. */
export interface Readiness {
  /** `degraded`: works, but finds sagas more slowly (no Redis). `unavailable`: send requests elsewhere. */
  readonly status: 'ready' | 'degraded' | 'unavailable';
  /** What it looked at, in words. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What is open and what is due; `driving` and `queue` are of the process that answered. */
export interface Stats {
  /** How many sagas have not ended, by status; a status that is absent has none. */
  readonly open: { readonly [status in SagaStatus]?: number };
  /** Sagas that should be driven now and are not. */
  readonly dueBacklog: number;
  /** How long the first of them has waited, in ms; 0 if there is none. */
  readonly oldestDueAge: number;
  /** Sagas that the process has in hand. */
  readonly driving: number;
  readonly queue: QueueState;
}

/** How the process that answered hears of sagas to drive. Counts are since its start. */
export interface QueueState {
  readonly backend: 'redis' | 'postgres';
  /** Whether it could be told something right now. */
  readonly up: boolean;
  /** Whether this process takes hints. */
  readonly taking: boolean;
  /** Ids that wait to be sent. */
  readonly unsent: number;
  /** Ids sent. */
  readonly woken: number;
  /** Hints sent; each holds one or more ids. */
  readonly hints: number;
  /** Ids left to the sweep. */
  readonly undelivered: number;
  /** Delayed ids dropped. */
  readonly dropped: number;
  /** Hints taken. */
  readonly taken: number;
  /** Workers made anew. */
  readonly rebuilds: number;
}
