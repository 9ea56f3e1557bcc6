import { bound } from './binding.js';
import { failAttempt } from './replies.js';
import { deadlineOf, isPastPivot, stepViews, type StepView } from './state.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';
import { turnBack } from './turning.js';

/** Everything that has fallen due by now. */
export function heedTime(transition: Transition): void {
  for (const view of stepViews(transition.state)) {
    const until = view.is.wait?.until ?? null;
    if (until !== null && until <= transition.now) heedDue(transition, view);
  }
  const deadline = deadlineOf(transition.state);
  const { direction, deadlinePassed, prepared } = transition.state;
  if (deadline === null || deadline > transition.now || direction !== 'forward' || deadlinePassed || prepared) return;
  transition.record({ type: 'deadline-passed' });
  if (!isPastPivot(transition.state)) {
    turnBack(transition, { code: 'deadline-exceeded', message: 'the saga was not past its pivot by its deadline' });
  }
}

function heedDue(transition: Transition, { step, is }: StepView): void {
  switch (is.wait!.for) {
    case 'timer':
      if (transition.state.direction === 'forward') {
        transition.record({ type: 'step-succeeded', step: step.name, output: null });
      }
      return;
    case 'signal':
      if (transition.state.direction === 'forward') {
        const error = stepError('signal-timeout', 'the signal did not come in time');
        transition.record({ type: 'step-rejected', step: step.name, error });
      }
      return;
    case 'release':
      transition.record({ type: 'call-released', step: step.name, operation: operationOf(is.status) });
      return;
    case 'callback': {
      if (step.type !== 'call') return;
      const operation = operationOf(is.status);
      const error = stepError('callback-timeout', 'the callback did not come in time');
      const attempts = is.attempts[operation];
      failAttempt(transition, bound(step, is, operation), operation, attempts, { effect: 'in-doubt', error });
      return;
    }
    case 'retry': // sending it again is a command, not a fact
    case 'child':
      return;
  }
}

function operationOf(status: StepView['is']['status']): 'action' | 'compensation' {
  return status === 'compensating' ? 'compensation' : 'action';
}
