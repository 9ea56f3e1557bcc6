import type { Json } from '../saga/json.js';

export type BulkStatus = 'running' | 'paused' | 'stopped' | 'cancelled' | 'completed';

/**
 * What came of one saga: its turn has not come, its order was taken and nothing more is known, its next attempt was seen,
 * none was seen in time, or it would not take the order.
 */
export const BULK_OUTCOMES = ['waiting', 'pending', 'succeeded', 'failed', 'undecided', 'refused'] as const;

export type BulkOutcome = (typeof BULK_OUTCOMES)[number];

/** How many sagas of an operation have each outcome. */
export type BulkCounts = Readonly<Record<Exclude<BulkOutcome, 'waiting'>, number>> & {
  /** All that the filter met when the operation was started. */
  readonly selected: number;
};

/** What to do to many sagas, and how carefully. */
export interface BulkRequest {
  /** As it was given; for people. */
  readonly filter: Json;
  /** The verb of the order. */
  readonly action: string;
  /** The other fields of the order. */
  readonly params: Json;
  /** The same without what the audit trail must not show. */
  readonly shownParams?: Json;
  readonly reason: string;
  /** Who wants it: see `AuditRecord.actor`. */
  readonly by: string;
  readonly requestId: string;
  /** So many sagas come first, and the others only if those fared well; 0: no such trial. */
  readonly canary: number;
  readonly ratePerSecond: number;
  /** Stops when more than this share of the outcomes are failures. */
  readonly stopOnFailureRatio: number;
}

/** A request, and how far it has come. Times in epoch ms. */
export interface BulkOperation extends BulkRequest {
  readonly id: string;
  readonly status: BulkStatus;
  readonly counts: BulkCounts;
  readonly canaryPassed: boolean;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly stopReason: string | null;
}

/** Every column of `skald.bulk_operations operation` that {@link BulkOperation} shows. */
export const BULK_COLUMNS = `
  operation.id, operation.status, operation.filter, operation.action, operation.params, operation.reason, operation.by,
  operation.request_id as "requestId", operation.canary, operation.rate as "ratePerSecond",
  operation.stop_ratio as "stopOnFailureRatio", operation.canary_passed as "canaryPassed",
  json_build_object('selected', selected, 'pending', pending, 'succeeded', succeeded, 'failed', failed,
    'undecided', undecided, 'refused', refused) as counts,
  (extract(epoch from operation.started_at) * 1000)::float8 as "startedAt",
  (extract(epoch from operation.finished_at) * 1000)::float8 as "finishedAt",
  operation.stop_reason as "stopReason"`;
