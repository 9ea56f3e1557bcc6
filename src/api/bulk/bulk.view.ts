import type { OrderVerb } from '../../saga/order.js';
import { orderedOf, waitingOf } from '../../engine/bulk/plan.js';
import type { BulkItem } from '../../store/bulk-items.js';
import type { BulkOperation } from '../../store/bulk-operation.js';
import type { BulkDto, BulkItemDto } from './bulk-view.dto.js';

export function viewOfBulk(operation: BulkOperation): BulkDto {
  const { id, status, filter, action, params, reason, by, counts, canary, ratePerSecond, stopReason } = operation;
  return {
    ...{ id, status, reason, by, canary, ratePerSecond, stopReason },
    filter: filter as object,
    action: action as OrderVerb,
    params: params as object,
    counts: { ...counts, waiting: waitingOf(counts), ordered: orderedOf(counts) },
    stopOnFailureRatio: operation.stopOnFailureRatio,
    startedAt: instant(operation.startedAt),
    finishedAt: operation.finishedAt === null ? null : instant(operation.finishedAt),
  };
}

export function viewOfItem({ at, ...item }: BulkItem): BulkItemDto {
  return { ...item, at: at === null ? null : instant(at) };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
