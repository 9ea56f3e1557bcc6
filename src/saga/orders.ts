import type { SagaEvent } from './events.js';
import type { Fact } from './facts.js';
import type { OrderVerb, SagaOrder } from './order.js';
import { rebind } from './rebind.js';
import type { Refusal } from './refusal.js';
import { resolve } from './resolve.js';
import { retryNow } from './retry-now.js';
import { isSkippable, skip } from './skip.js';
import { stepViews, type SagaState } from './state.js';
import type { Transition } from './transition.js';
import { cancel, compensate } from './turn-order.js';

type OrderEvent = Extract<SagaEvent, { type: 'order' }>;

/** What the order means for the saga, or why it can't be carried out. No facts: it is so already. */
type Verb<V extends OrderVerb> = (
  state: SagaState,
  order: Extract<SagaOrder, { verb: V }>,
  given: { readonly reason: string; readonly now: number },
) => readonly Fact[] | Refusal;

/**
 * What an operator orders: one verb is one function from the state to facts, or to a reason why not. The journal says who
 * ordered what and why, and what followed from it, in one entry.
 */
const VERBS: { readonly [V in OrderVerb]: Verb<V> } = {
  retry: retryNow,
  skip,
  compensate,
  cancel,
  resolve,
  pause: ({ paused }) => (paused ? refuse('already-paused', 'the saga is paused already') : [{ type: 'saga-paused' }]),
  resume: ({ paused }) => (paused ? [{ type: 'saga-resumed' }] : refuse('not-paused', 'the saga is not paused')),
  rebind,
};

/** A cancel may come from a client, who can't judge why the saga was set aside. */
const KEEPS_ASIDE: ReadonlySet<OrderVerb> = new Set(['cancel', 'pause', 'resume']);

/** An order that comes again under the key of one that was carried out changes nothing, however the saga has gone on. */
export function heedOrder(transition: Transition, { order, reason, idempotency }: OrderEvent): Refusal | undefined {
  const { state, now } = transition;
  const earlier = idempotency && state.orders.find(({ key }) => key === idempotency.key);
  if (earlier) {
    if (earlier.request === idempotency.request) return undefined;
    return refuse('idempotency-key-reused', 'this Idempotency-Key was used for another order: take a new one');
  }
  const outcome = outcomeOf(state, order, reason, now);
  if ('code' in outcome) return { ...outcome, allowed: allowedOrders(state, now) };
  // Whatever an operator orders of a saga that was set aside, it goes on from there; a pause holds it as it is.
  const takesUp = state.setAside !== null && !KEEPS_ASIDE.has(order.verb);
  if (outcome.length === 0 && !takesUp) return undefined;
  transition.record({ type: 'order-taken', verb: order.verb, reason, ...(idempotency && { idempotency }) });
  if (takesUp) transition.record({ type: 'saga-taken-up' });
  for (const fact of outcome) transition.record(fact);
  return undefined;
}

function outcomeOf(state: SagaState, order: SagaOrder, reason: string, now: number): readonly Fact[] | Refusal {
  if (state.ended) return refuse('already-final', `the saga is ${state.ended}; that is final`);
  if (state.prepared) {
    const message = `this child saga is done; what becomes of it is decided by its parent ${state.parent!.saga}`;
    return refuse('prepared-child', message);
  }
  return (VERBS[order.verb] as Verb<OrderVerb>)(state, order, { reason, now });
}

/** What could be ordered of the saga instead, for an operator who was told no. */
export function allowedOrders(state: SagaState, now: number): OrderVerb[] {
  if (state.ended || state.prepared) return [];
  const would = (order: SagaOrder): boolean => {
    const outcome = outcomeOf(state, order, '', now);
    return !('code' in outcome) && (outcome.length > 0 || state.setAside !== null);
  };
  const simple = (['retry', 'compensate', 'cancel', 'pause', 'resume'] as const).filter((verb) => would({ verb }));
  const outcomes = ['completed', 'compensated'] as const;
  return [
    ...simple,
    ...(outcomes.some((outcome) => would({ verb: 'resolve', outcome })) ? (['resolve'] as const) : []),
    ...(stepViews(state).some((view) => isSkippable(state, view)) ? (['skip'] as const) : []),
    ...(state.definition.steps.some(
      ({ name, type }) => type === 'call' && would({ verb: 'rebind', step: name, path: '/' }),
    )
      ? (['rebind'] as const)
      : []),
  ];
}

function refuse(code: string, message: string): Refusal {
  return { code, message };
}
