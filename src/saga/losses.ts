import type { SagaEvent } from './events.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';

/**
 * A call that had been started is not in flight where the saga is driven now. A saga that goes forward simply sends it,
 * again under the same key; one that turns back has to know whether there is something to undo.
 */
export function heedLoss(transition: Transition, { step: name, attested }: Extract<SagaEvent, { type: 'lost' }>): void {
  const { step, is } = transition.view(name);
  if (step.type !== 'call' || is.status !== 'running') return;
  if (!attested && !is.inDoubt) transition.record({ type: 'saga-taken-over' });

  const { direction } = transition.state;
  const decides = direction === 'back' || (direction === 'turning' && step.kind === 'pivot');
  if (!decides) return;
  const error = is.error ?? stepError('outcome-lost', 'its driver stopped before the answer was recorded');
  if (!transition.view(name).is.inDoubt) {
    transition.record(
      is.attempts.action === 0
        ? { type: 'step-skipped', step: name, because: 'turned-back' }
        : { type: 'step-failed', step: name, error },
    );
  } else if (direction === 'back') {
    transition.record({ type: 'step-in-doubt', step: name, error });
  } // else a pivot that may have been sent: which way the saga goes depends on it, so it is asked again
}
