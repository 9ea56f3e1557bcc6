import type { Fact } from './facts.js';
import type { SagaOrder } from './order.js';
import { unknownStep, type Refusal } from './refusal.js';
import { stepViews, type SagaState, type StepView } from './state.js';

/**
 * The operator's "skip": a step that is under way or stuck is treated as done, or as undone when the saga compensates.
 * A call of it may be in flight: an action that may have taken effect stays one that has to be undone if the saga turns back.
 */
export function skip(
  state: SagaState,
  { step: name, output }: Extract<SagaOrder, { verb: 'skip' }>,
): readonly Fact[] | Refusal {
  const view = stepViews(state).find(({ step }) => step.name === name);
  if (!view) return unknownStep(state.definition, name);
  const isUndone = undoes(state, view);
  if (isUndone === null) return whyNot(view);
  if (isUndone) return [{ type: 'step-compensated', step: name, because: 'order' }];
  return [{ type: 'step-skipped', step: name, because: 'order', ...(output !== undefined && { output }) }];
}

export function isSkippable(state: SagaState, view: StepView): boolean {
  return undoes(state, view) !== null;
}

/** Whether skipping the step means that it counts as undone (else: as done); `null`: it can't be skipped. */
function undoes(state: SagaState, { step, is }: StepView): boolean | null {
  switch (is.status) {
    case 'running':
    case 'waiting':
      // A saga that turns back finds out itself what became of an action.
      return state.direction === 'back' || (step.type === 'child' && is.child) ? null : false;
    case 'compensating':
      return step.type === 'child' ? null : true;
    case 'stuck':
      return is.stuck?.operation === 'compensation' || state.direction === 'back';
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'rejected':
    case 'unknown':
    case 'skipped':
    case 'compensated':
      return null;
  }
}

function whyNot({ step, is }: StepView): Refusal {
  if (is.child && (is.status === 'running' || is.status === 'compensating')) {
    return { code: 'child-open', message: `${step.name} is what its child saga makes of it: see to ${is.child.id}` };
  }
  const message =
    is.status === 'pending'
      ? `${step.name} has not begun: only what is under way or stuck can be skipped`
      : is.status === 'running' || is.status === 'waiting'
        ? `the saga turns back and gives ${step.name} up by itself`
        : `${step.name} is ${is.status} already`;
  return { code: 'nothing-to-skip', message };
}
