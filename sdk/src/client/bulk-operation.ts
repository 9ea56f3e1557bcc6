import type { Json } from '../json.js';
import type { SagaStatus } from './saga.js';
import type { SagaFilter } from './saga-filter.js';

/** What can be ordered of many sagas: the verbs of {@link Admin}. */
export type OrderVerb = 'retry' | 'skip' | 'compensate' | 'cancel' | 'resolve' | 'pause' | 'resume' | 'rebind';

/** Which sagas a bulk operation is about: what a list of sagas takes, or outspokenly all. */
export type Selection = SagaFilter | { readonly all: true };

/** One order to all sagas that a filter finds. */
export interface BulkOrder {
  /** An empty one is refused: say `{ all: true }`. */
  readonly filter: Selection;
  readonly action: OrderVerb;
  /** What the action takes beside its reason: `step` of `skip`, `outcome` of `resolve` … */
  readonly params?: object;
  /** Kept in every saga's journal; up to 1,000 characters. */
  readonly reason: string;
  /** How many go first; the others follow when the outcome of these is known and good. Default 5. */
  readonly canary?: number;
  /** Default 50. */
  readonly ratePerSecond?: number;
  /** Share of failures, 0 to 1, above which the operation stops. Default 0.1. */
  readonly stopOnFailureRatio?: number;
}

/** What a bulk operation would do. Nothing was ordered. */
export interface BulkForecast {
  readonly filter: Json;
  readonly action: OrderVerb;
  readonly params: Json;
  /** Sagas that the filter finds, exactly. */
  readonly count: number;
  readonly groups: readonly BulkForecastGroup[];
  /** Ids of the first of them. */
  readonly sample: readonly string[];
  /** How many were asked whether they would take the order. */
  readonly judged: number;
  /** Why some of these would not. */
  readonly refusals: readonly BulkForecastRefusal[];
}

/** Sagas of one definition that are in one status at one step. */
export interface BulkForecastGroup {
  readonly definition: string;
  readonly status: SagaStatus;
  /** At which they are stuck, or which they keep trying. */
  readonly step: string | null;
  readonly count: number;
}

/** Why sagas would not take an order. */
export interface BulkForecastRefusal {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** Id of one of them. */
  readonly sample: string;
}

/** How far a bulk operation has got. Instants. */
export interface BulkOperation {
  readonly id: string;
  /** `stopped`: too many have failed, see `stopReason`. The last three are final. */
  readonly status: 'running' | 'paused' | 'stopped' | 'cancelled' | 'completed';
  readonly filter: Json;
  readonly action: OrderVerb;
  readonly params: Json;
  readonly reason: string;
  /** Who started it. */
  readonly by: string;
  /** Sagas, by what became of them: `selected`, `waiting`, `ordered`, `pending`, `succeeded`, `failed`, `undecided`, `refused`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly canary: number;
  readonly ratePerSecond: number;
  readonly stopOnFailureRatio: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly stopReason: string | null;
}

/** One saga of a bulk operation. */
export interface BulkItem {
  readonly saga: string;
  /** What its state says after its next attempt: `succeeded`, `failed`, `refused`, `pending`, `undecided` … */
  readonly outcome: string | null;
  /** Why it failed or was refused. */
  readonly code?: string | null;
  readonly message?: string | null;
  /** Of the saga, when it was looked at. */
  readonly status: string | null;
  readonly at: string | null;
}
