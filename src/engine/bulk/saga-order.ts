import { createHash } from 'node:crypto';
import type { OrderKey } from '../../saga/facts.js';
import type { SagaOrder } from '../../saga/order.js';
import type { BulkOperation } from '../../store/bulk-operation.js';

/** What an operation orders of each of its sagas. It was checked when the operation was started. */
export function orderOf({ action, params }: Pick<BulkOperation, 'action' | 'params'>): SagaOrder {
  return { verb: action, ...(params as object) } as SagaOrder;
}

/** The same for every try, so that a saga takes the order once, whichever process gives it again. */
export function keyOf({ id }: BulkOperation, saga: string): OrderKey {
  const key = createHash('sha256').update(`bulk/${id}/${saga}`).digest('hex');
  return { key, request: key };
}
