import type { SagaEvent } from './events.js';
import { failAttempt } from './replies.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';

/** How far two processes' estimates of the database's clock may lie apart, in ms. */
const CLOCK_SLACK = 1_000;

/**
 * A call that had been started is not in flight where the saga is driven now: it was never sent, or its driver died and
 * the answer is lost. A saga that goes forward sends it again under the same key; one that turns back has to know.
 */
export function heedLoss(transition: Transition, { step: name, attested }: Extract<SagaEvent, { type: 'lost' }>): void {
  const { step, is } = transition.view(name);
  if (step.type !== 'call' || is.status !== 'running') return;

  const isHeldBack = is.wait?.for === 'release';
  const isLongBeforeRetry = is.wait?.for === 'retry' && transition.now < is.wait.until - CLOCK_SLACK;
  const wasNotSentSince = attested || isHeldBack || isLongBeforeRetry;
  const error = is.error ?? stepError('outcome-lost', 'its driver stopped before the answer was recorded');

  const { direction } = transition.state;
  if (direction === 'forward' || (direction === 'turning' && step.kind !== 'pivot')) {
    if (!wasNotSentSince && !is.inDoubt) transition.record({ type: 'call-lost', step: name, error });
  } else if (wasNotSentSince && !is.inDoubt) {
    transition.record(
      is.attempts.action === 0
        ? { type: 'step-skipped', step: name, because: 'turned-back' }
        : { type: 'step-failed', step: name, error },
    );
  } else if (direction === 'turning') {
    // A pivot: which way the saga goes depends on it, so it is asked again under the same key.
    if (!wasNotSentSince) failAttempt(transition, step, 'action', is.attempts.action + 1, 'in-doubt', error);
  } else {
    transition.record({ type: 'step-in-doubt', step: name, error });
  }
}
