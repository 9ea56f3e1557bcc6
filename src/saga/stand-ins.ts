import type { CallStep, Fallback } from './definition.js';
import type { StandIn } from './reply.js';
import { viewOf, type SagaState } from './state.js';
import type { Transition } from './transition.js';

/**
 * What is to stand in for the answer to an action: what the step says; or, where the step may be missing altogether, what
 * its participant's policy says.
 */
export function fallbackOf(step: CallStep, ofParticipant?: Fallback): Fallback | undefined {
  return step.fallback ?? (step.optional ? ofParticipant : undefined);
}

/** What a fallback has to offer without looking at anything else. */
export function ownStandIn({ strategy, response }: Fallback): StandIn | undefined {
  if (strategy === 'skip') return { by: strategy };
  return strategy === 'static_response' ? { by: strategy, output: response ?? null } : undefined;
}

/** Nothing takes an answer's place once the saga turns back, and what may have taken effect is not skipped. */
export function mayStandIn(state: SagaState, step: CallStep, found: StandIn): boolean {
  return state.direction !== 'back' && ('output' in found || !viewOf(state, step.name).is.inDoubt);
}

/** Puts it in the answer's place. False: it may not take it. */
export function takeStandIn(transition: Transition, step: CallStep, found: StandIn): boolean {
  if (!mayStandIn(transition.state, step, found)) return false;
  if ('output' in found) {
    const { by: degraded, output, age } = found;
    transition.record({ type: 'step-succeeded', step: step.name, output, degraded, ...(age !== undefined && { age }) });
  } else {
    transition.record({ type: 'step-skipped', step: step.name, because: 'fallback' });
  }
  return true;
}
