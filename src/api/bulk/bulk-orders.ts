import { isRecord } from '../../saga/readings.js';
import type { OrderVerb, SagaOrder } from '../../saga/order.js';
import { OrderSaga, RebindStep, ResolveSaga, SkipStep } from '../admin/orders.dto.js';
import { check, invalidRequest } from '../body.pipe.js';

/** What each verb takes: the body of its own route. */
const BODIES: Readonly<Record<OrderVerb, new () => OrderSaga>> = {
  retry: OrderSaga,
  skip: SkipStep,
  compensate: OrderSaga,
  cancel: OrderSaga,
  resolve: ResolveSaga,
  pause: OrderSaga,
  resume: OrderSaga,
  rebind: RebindStep,
};

export const ACTIONS = Object.keys(BODIES) as OrderVerb[];

/**
 * The order to each saga, by the same rules as if it were given to one.
 * @throws Problem that names everything that is wrong with `params`
 */
export function orderIn(action: OrderVerb, params: unknown = {}): SagaOrder {
  if (!isRecord(params)) throw invalidRequest([{ pointer: '/params', detail: 'must be an object' }]);
  if (Object.hasOwn(params, 'reason')) {
    throw invalidRequest([{ pointer: '/params/reason', detail: 'belongs beside params: take it out' }]);
  }
  const checked = check(BODIES[action], { ...params, reason: 'checked by its own field' });
  if ('problems' in checked) {
    throw invalidRequest(checked.problems.map((problem) => ({ ...problem, pointer: `/params${problem.pointer}` })));
  }
  // As it was checked, without what was left out: an order is stored with the operation.
  const { reason: _, ...given } = checked.value;
  const fields = Object.entries(given).filter(([, value]) => value !== undefined);
  return { verb: action, ...Object.fromEntries(fields) } as SagaOrder;
}
