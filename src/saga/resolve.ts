import type { Fact } from './facts.js';
import type { SagaOrder } from './order.js';
import type { Refusal } from './refusal.js';
import { stepViews, type SagaState, type StepView } from './state.js';

/**
 * The operator's "resolve": what was left of the saga has been settled by hand, outside the system. Only for one that is
 * stuck or paused: of any other a call may be going out at this moment.
 */
export function resolve(
  state: SagaState,
  { outcome }: Extract<SagaOrder, { verb: 'resolve' }>,
  { reason }: { readonly reason: string },
): readonly Fact[] | Refusal {
  const views = stepViews(state);
  const isStuck = state.setAside !== null || views.some(({ is }) => is.status === 'stuck');
  if (!isStuck && !state.paused) {
    return { code: 'not-stuck', message: 'only a saga that is stuck or paused can be resolved: pause it first' };
  }
  if (!isStuck && outcome === 'completed' && state.direction === 'back') {
    const message = 'the saga turns back: unless it is stuck, it can only be resolved as compensated';
    return { code: 'already-compensating', message };
  }
  const open = views.find((view) => hasOpenChild(view, outcome));
  if (open) {
    const message = `the child saga ${open.is.child!.id} of ${open.step.name} is not settled: see to that one first`;
    return { code: 'child-open', message };
  }
  return [{ type: 'saga-resolved', outcome, reason: { code: 'resolved', message: reason } }, endOf(state, outcome)];
}

function endOf({ parent }: SagaState, outcome: 'completed' | 'compensated'): Fact {
  if (outcome === 'compensated') return { type: 'saga-compensated' };
  // What a child has done can be undone for as long as its root is open.
  return { type: parent ? 'saga-prepared' : 'saga-completed', output: null };
}

/** A child that is done is completed with its root; one that can't be undone was settled by hand, like everything else. */
function hasOpenChild({ is }: StepView, outcome: 'completed' | 'compensated'): boolean {
  if (!is.child) return false;
  if (is.status === 'running' || is.status === 'compensating') return true;
  return outcome === 'compensated' && is.status === 'succeeded';
}
