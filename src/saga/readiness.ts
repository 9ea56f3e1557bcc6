import type { Step } from './definition.js';
import { isAtRest, isDone, needsUndo, type SagaState, type StepState, type StepView } from './state.js';

/**
 * Starts every step whose turn has come: forward, when all the steps it comes after are done; back, when nothing that ran
 * after it is left to undo (reverse topological order, contract §3).
 *
 * A step that has started may have been sent: the journal says so before any call goes out (architecture §2, promise 4).
 */
export function enterReady(state: SagaState, at: number): SagaState {
  if (state.ended || state.prepared || state.resolved || state.direction === 'turning') return state;
  const isReady = state.direction === 'forward' ? isReadyForward : isReadyBack;
  const enter = state.direction === 'forward' ? begun : undoing;

  let steps: StepState[] | null = null;
  for (const [i, is] of state.steps.entries()) {
    const step = state.definition.steps[i]!;
    if (!isReady(state, { step, is })) continue;
    steps ??= [...state.steps];
    steps[i] = { ...is, ...enter(step, at) };
  }
  return steps ? { ...state, steps } : state;
}

/** Whether only the condition (`when`) of a pending step stands between it and its start. */
export function awaitsCondition(state: SagaState, view: StepView): boolean {
  return view.is.status === 'pending' && view.step.when !== undefined && isUnblocked(state, view.step);
}

function isReadyForward(state: SagaState, { step, is }: StepView): boolean {
  return is.status === 'pending' && step.when === undefined && isUnblocked(state, step);
}

function isUnblocked(state: SagaState, step: Step): boolean {
  return step.after.every((i) => isDone({ step: state.definition.steps[i]!, is: state.steps[i]! }));
}

function isReadyBack(state: SagaState, view: StepView): boolean {
  const { step, is } = view;
  // A child saga that is still running is undone by turning it back; it is not waited for.
  const isRunningChild = is.status === 'running' && is.child !== null;
  if (!needsUndo(view) && !isRunningChild) return false;
  return step.followers.every((i) => {
    const follower = { step: state.definition.steps[i]!, is: state.steps[i]! };
    return isAtRest(follower.is) && !needsUndo(follower);
  });
}

/** What changes when a step starts. */
export function begun(step: Step, at: number): Partial<StepState> {
  switch (step.type) {
    case 'call':
      return { status: 'running', startedAt: at };
    case 'sleep':
      return { status: 'waiting', startedAt: at, wait: { for: 'timer', until: at + step.sleep } };
    case 'signal':
      return {
        status: 'waiting',
        startedAt: at,
        wait: { for: 'signal', until: step.timeout === undefined ? null : at + step.timeout },
      };
    case 'child':
      return { status: 'running', startedAt: at, wait: { for: 'child', until: null } };
  }
}

function undoing(step: Step, at: number): Partial<StepState> {
  return {
    status: 'compensating',
    compensationStartedAt: at,
    wait: step.type === 'child' ? { for: 'child', until: null } : null,
  };
}
