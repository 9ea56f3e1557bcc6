import type { SagaEvent } from './events.js';
import type { Fact } from './facts.js';
import type { Refusal } from './refusal.js';
import { retryNow } from './retry-now.js';
import type { OrderVerb } from './order.js';
import type { SagaState } from './state.js';
import type { Transition } from './transition.js';

type OrderEvent = Extract<SagaEvent, { type: 'order' }>;

/**
 * What an operator orders: one verb is one function from the state to facts, or to a reason why not. The journal says who
 * ordered what and why, and what followed from it, in one entry.
 */
const VERBS: { readonly [verb in OrderVerb]?: (state: SagaState) => readonly Fact[] | Refusal } = {
  retry: retryNow,
};

/** An order that comes again under the key of one that was carried out changes nothing, however the saga has gone on. */
export function heedOrder(
  transition: Transition,
  { order: { verb }, reason, idempotency }: OrderEvent,
): Refusal | undefined {
  const { state } = transition;
  const earlier = idempotency && state.orders.find(({ key }) => key === idempotency.key);
  if (earlier) {
    if (earlier.request === idempotency.request) return undefined;
    return {
      code: 'idempotency-key-reused',
      message: 'this Idempotency-Key was used for another order: take a new one',
    };
  }
  if (state.ended) return { code: 'already-final', message: `the saga is ${state.ended}; that is final` };

  const outcome = VERBS[verb]!(state);
  if ('code' in outcome) return outcome;
  transition.record({ type: 'order-taken', verb, reason, ...(idempotency && { idempotency }) });
  for (const fact of outcome) transition.record(fact);
  return undefined;
}
