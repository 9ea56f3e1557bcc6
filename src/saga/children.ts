import type { SagaEvent } from './events.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';

type ChildEvent = Extract<SagaEvent, { type: 'child-chosen' | 'child-refused' | 'child-ended' }>;

/** What happens to the step of a parent whose child saga is chosen, refused or has come to an end. */
export function heedChild(transition: Transition, event: ChildEvent): void {
  const { is } = transition.view(event.step);
  switch (event.type) {
    case 'child-chosen':
      if (is.status === 'running' && !is.child && transition.state.direction === 'forward') {
        const { step, child, definition, version } = event;
        transition.record({ type: 'child-requested', step, child, definition, version });
      }
      return;
    case 'child-refused':
      if (is.status === 'running') transition.record({ type: 'step-rejected', step: event.step, error: event.error });
      return;
    case 'child-ended':
      heedOutcome(transition, event);
      return;
  }
}

function heedOutcome(transition: Transition, { step, outcome }: Extract<ChildEvent, { type: 'child-ended' }>): void {
  const { is } = transition.view(step);
  switch (outcome.kind) {
    case 'prepared':
      if (is.status === 'running') transition.record({ type: 'step-succeeded', step, output: outcome.output });
      return;
    case 'compensated':
      if (is.status === 'running') {
        const error = stepError('child-compensated', outcome.message);
        transition.record({ type: 'step-rejected', step, error });
      } else if (is.status === 'compensating') {
        transition.record({ type: 'step-compensated', step });
      }
      return;
    case 'not-undoable':
      if (is.status === 'compensating') {
        const error = stepError('child-past-pivot', outcome.message);
        transition.record({ type: 'step-stuck', step, operation: 'compensation', error });
      }
      return;
  }
}
