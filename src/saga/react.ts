import { heedCallback } from './callbacks.js';
import { followThrough } from './consequences.js';
import type { SagaEvent } from './events.js';
import type { Fact } from './facts.js';
import { awaitsCondition } from './readiness.js';
import type { Refusal } from './refusal.js';
import { heedOrder } from './orders.js';
import { heedReply } from './replies.js';
import { isPastPivot, type SagaState } from './state.js';
import { heedChild } from './children.js';
import { heedLoss } from './losses.js';
import { heedTime } from './timers.js';
import { Transition, type Circumstances } from './transition.js';
import { PAST_PIVOT } from './turn-order.js';
import { turnBack } from './turning.js';

export interface Reaction {
  /** To be appended as one journal entry; empty when the event changes nothing. */
  readonly facts: readonly Fact[];
  /** Set when the sender has to be told no. Then there are no facts. */
  readonly refused?: Refusal;
}

/** Most signals kept for one saga before a step takes them. */
const MAX_KEPT_SIGNALS = 100;

/**
 * What events mean for a saga: the facts to record, with everything that follows from them
 * (a turn, an end, a signal that was waiting). Pure: the same arguments give the same facts.
 */
export function react(state: SagaState, events: readonly SagaEvent[], circumstances: Circumstances): Reaction {
  const transition = new Transition(state, circumstances);
  for (const event of events) {
    const refused = heed(transition, event);
    if (refused) return { facts: [], refused };
    followThrough(transition);
  }
  return { facts: transition.facts };
}

function heed(transition: Transition, event: SagaEvent): Refusal | undefined {
  const { state } = transition;
  switch (event.type) {
    case 'callback':
      return heedCallback(transition, event);
    case 'signal':
      return heedSignal(transition, event);
    case 'undo':
      return heedUndo(transition, event.message);
    case 'order':
      return heedOrder(transition, event);
  }
  if (state.ended || state.setAside) return undefined;
  switch (event.type) {
    case 'reply':
      heedReply(transition, event);
      return undefined;
    case 'taken-over':
      transition.record({ type: 'saga-taken-over' });
      return undefined;
    case 'lost':
      heedLoss(transition, event);
      return undefined;
    case 'tick':
      heedTime(transition);
      return undefined;
    case 'condition':
      if (awaitsCondition(state, transition.view(event.step)) && state.direction === 'forward') {
        transition.record(
          event.holds
            ? { type: 'step-entered', step: event.step }
            : { type: 'step-skipped', step: event.step, because: 'condition' },
        );
      }
      return undefined;
    case 'mapping-failed':
      heedMappingFailure(transition, event);
      return undefined;
    case 'child-chosen':
    case 'child-refused':
    case 'child-ended':
      heedChild(transition, event);
      return undefined;
    case 'parent-completed':
      if (state.prepared) transition.record({ type: 'saga-completed', output: state.output });
      return undefined;
  }
}

function heedSignal(
  transition: Transition,
  { signal, payload }: Extract<SagaEvent, { type: 'signal' }>,
): Refusal | undefined {
  const { state } = transition;
  if (state.ended) return alreadyFinal(state);
  const known = state.definition.steps.flatMap((step) => (step.type === 'signal' ? [step.signal] : []));
  if (!known.includes(signal)) {
    const names = known.length > 0 ? `it waits for ${known.join(', ')}` : 'it waits for no signal at all';
    return {
      code: 'unknown-signal',
      message: `${state.definition.name} has no step that waits for ${signal}; ${names}`,
    };
  }
  if (state.signals.length >= MAX_KEPT_SIGNALS) {
    return { code: 'too-many-signals', message: `${MAX_KEPT_SIGNALS} signals are waiting to be taken already` };
  }
  transition.record({ type: 'signal-received', signal, payload });
  return undefined;
}

function heedUndo(transition: Transition, message: string): Refusal | undefined {
  const { state } = transition;
  if (state.ended === 'compensated') return undefined;
  if (state.ended === 'completed') return alreadyFinal(state);
  if (state.direction !== 'forward') return undefined; // turning back already: nothing to add
  if (isPastPivot(state)) return PAST_PIVOT;
  turnBack(transition, { code: 'parent-turned-back', message });
  return undefined;
}

function heedMappingFailure(
  transition: Transition,
  { step, operation, error }: Extract<SagaEvent, { type: 'mapping-failed' }>,
): void {
  const { is } = transition.view(step);
  const isAwaited = is.status === 'running' || (is.status === 'pending' && transition.state.direction === 'forward');
  if (operation === 'action' && isAwaited) {
    // Nothing was sent this time; what an earlier attempt may have done remains to be undone.
    transition.record({ type: is.inDoubt ? 'step-in-doubt' : 'step-rejected', step, error });
  } else if (operation === 'compensation' && is.status === 'compensating') {
    transition.record({ type: 'step-stuck', step, operation, error });
  }
}

function alreadyFinal(state: SagaState): Refusal {
  return { code: 'already-final', message: `the saga is ${state.ended}; that is final` };
}
