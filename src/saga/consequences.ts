import type { Fact } from './facts.js';
import { isAtRest, isDone, isPastPivot, needsUndo, stepViews, type SagaState, type StepView } from './state.js';
import { isUndoable } from './definition.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';
import { isPivotUnderWay, turnBack } from './turning.js';

/** Records what follows from the facts so far, until nothing more does. */
export function followThrough(transition: Transition): void {
  while (followOnce(transition));
}

function followOnce(transition: Transition): boolean {
  const { state } = transition;
  if (state.ended || state.prepared || state.setAside) return false;
  const before = transition.facts.length;
  switch (state.direction) {
    case 'forward':
      goForward(transition);
      break;
    case 'turning':
      decideTurn(transition);
      break;
    case 'back':
      goBack(transition);
      break;
  }
  return transition.facts.length > before;
}

function goForward(transition: Transition): void {
  const { state } = transition;
  const views = stepViews(state);

  const signalled = views.find((view) => waitingSignal(state, view) !== undefined);
  if (signalled) {
    const { payload } = waitingSignal(state, signalled)!;
    transition.record({ type: 'step-succeeded', step: signalled.step.name, output: payload });
    return;
  }

  const failing = views.find(isFailing);
  if (failing) {
    heedFailure(transition, failing);
    return;
  }

  if (views.every(isDone)) {
    transition.record({ type: state.parent ? 'saga-prepared' : 'saga-completed', output: null });
  }
}

function waitingSignal(state: SagaState, { step, is }: StepView): SagaState['signals'][number] | undefined {
  if (step.type !== 'signal' || is.status !== 'waiting') return undefined;
  return state.signals.find((s) => s.signal === step.signal);
}

function isFailing({ step, is }: StepView): boolean {
  return !step.optional && (is.status === 'rejected' || is.status === 'failed' || is.status === 'unknown');
}

function heedFailure(transition: Transition, { step, is }: StepView): void {
  const isIrreversible = step.kind === 'pivot' && is.status === 'unknown' && !isUndoable(step);
  if (isPastPivot(transition.state) || isIrreversible) {
    const error = isIrreversible
      ? stepError('pivot-in-doubt', `whether the pivot took effect is not known: ${is.error!.message}`)
      : is.error!;
    transition.record({ type: 'step-stuck', step: step.name, operation: 'action', error });
    return;
  }
  turnBack(transition, reasonOf({ step, is }));
}

function reasonOf({ step, is }: StepView): { code: string; message: string } {
  const message = `${step.name}: ${is.error?.message ?? is.status}`;
  switch (is.status) {
    case 'rejected':
      return { code: 'step-rejected', message };
    case 'unknown':
      return { code: 'step-in-doubt', message };
    default:
      return { code: 'step-failed', message };
  }
}

/** A pivot was in flight when the saga wanted to turn: its outcome says whether it may. */
function decideTurn(transition: Transition): void {
  const { state } = transition;
  if (isPastPivot(state)) {
    transition.record({ type: 'turn-overtaken' });
    return;
  }
  const views = stepViews(state);
  const undecided = views.find(({ step, is }) => step.kind === 'pivot' && is.status === 'unknown' && !isUndoable(step));
  if (undecided) {
    heedFailure(transition, undecided);
  } else if (!views.some(isPivotUnderWay)) {
    transition.record({ type: 'turned-back', reason: state.reason! });
  }
}

function goBack(transition: Transition): void {
  const views = stepViews(transition.state);
  for (const view of views) {
    const fact = settled(view);
    if (fact) {
      transition.record(fact);
      return;
    }
  }
  if (views.every((view) => isAtRest(view.is) && !needsUndo(view))) transition.record({ type: 'saga-compensated' });
}

/** How a step that is not at rest ends now that nobody waits for it; a call that may be in flight is asked about first. */
function settled({ step, is }: StepView): Fact | undefined {
  if (is.status === 'compensating' || isAtRest(is)) return undefined;
  switch (is.wait?.for) {
    case 'timer':
    case 'signal':
      return { type: 'step-skipped', step: step.name, because: 'turned-back' };
    case 'child':
      return is.child ? undefined : { type: 'step-skipped', step: step.name, because: 'turned-back' };
    case 'callback':
      return { type: 'step-in-doubt', step: step.name, error: abandoned(step.name, 'before its callback came') };
    case 'release':
      return is.inDoubt
        ? { type: 'step-in-doubt', step: step.name, error: is.error ?? abandoned(step.name, 'while it was held back') }
        : { type: 'step-skipped', step: step.name, because: 'turned-back' };
    case 'retry':
    case undefined:
      return undefined;
  }
}

function abandoned(step: string, when: string): ReturnType<typeof stepError> {
  return stepError('abandoned', `the saga turned back ${when}: whether ${step} took effect is not known`);
}
