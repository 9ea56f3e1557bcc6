import type { Operation } from './definition.js';
import type { Fact } from './facts.js';
import type { Refusal } from './refusal.js';
import { stepViews, type SagaState, type StepView } from './state.js';

/**
 * The operator's "retry now": every operation that waits for its next attempt, is held back by a policy, or is stuck is
 * tried at once. There may be nothing of that in a saga that was set aside: to be taken up is enough for it.
 */
export function retryNow(state: SagaState): readonly Fact[] | Refusal {
  const views = stepViews(state);
  const retries = views.flatMap((view): Fact[] => {
    const operation = retriable(state, view);
    return operation ? [{ type: 'retry-ordered', step: view.step.name, operation }] : [];
  });
  if (state.setAside || retries.length > 0) return retries;
  const others = views.flatMap((view) => whyNot(view) ?? []);
  return {
    code: 'nothing-to-retry',
    message: ['nothing of this saga waits for another attempt or is stuck at one', ...others].join('; '),
  };
}

/** The operation of a step that an order to retry sends; `null`: there is none. */
function retriable({ direction }: SagaState, { step, is }: StepView): Operation | null {
  if (step.type === 'child') return null;
  if (is.status !== 'stuck' && is.wait?.for !== 'retry' && is.wait?.for !== 'release') return null;
  const operation = is.stuck?.operation ?? (is.status === 'compensating' ? 'compensation' : 'action');
  if (operation === 'compensation') return operation;
  // A saga that turns back gives up its actions; while it only wants to, the pivot alone decides.
  const isWanted = direction === 'forward' || (direction === 'turning' && step.kind === 'pivot');
  return isWanted ? operation : null;
}

/** Why an open step is left alone, for the operator who asked. */
function whyNot({ step, is }: StepView): string | null {
  switch (is.status) {
    case 'running':
    case 'waiting':
    case 'compensating':
    case 'stuck':
      break;
    default:
      return null;
  }
  if (is.child) return `${step.name} is what its child saga makes of it: retry ${is.child.id}`;
  switch (is.wait?.for) {
    case 'callback':
      return `${step.name} may be in work: its participant has promised a callback, and is asked again if none comes in time`;
    case 'signal':
      return `${step.name} waits for a signal`;
    case 'timer':
      return `${step.name} waits for its time`;
    default:
      return is.status === 'stuck'
        ? `${step.name} can't be mended by a repeat: the saga has turned back`
        : `${step.name} is under way`;
  }
}
