import type { Fact, Reason } from './facts.js';
import { stepViews, type SagaState, type StepView } from './state.js';
import type { Transition } from './transition.js';

/**
 * The one way back, for a rejection, used-up attempts, the deadline, a cancel and a parent's order.
 * While a pivot may be in flight its outcome decides first: once it has succeeded nothing may be undone (I5).
 */
export function turnBack(transition: Transition, reason: Reason): void {
  transition.record(turned(transition.state, reason));
}

/** @param counts whether a pivot that is under way has to be waited for. Default: every one */
export function turned(state: SagaState, reason: Reason, counts: (pivot: StepView) => boolean = () => true): Fact {
  const mayPivot = stepViews(state).some((view) => isPivotUnderWay(view) && counts(view));
  return { type: mayPivot ? 'turn-requested' : 'turned-back', reason };
}

/** A pivot that was started and may have been sent. One that a breaker holds back was not, nor a child not yet chosen. */
export function isPivotUnderWay({ step, is }: StepView): boolean {
  if (step.kind !== 'pivot' || (step.type === 'child' && !is.child)) return false;
  if (is.wait?.for === 'release') return is.inDoubt;
  return is.status === 'running' || is.status === 'waiting' || is.status === 'stuck';
}
