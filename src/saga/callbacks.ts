import type { SagaEvent } from './events.js';
import type { Refusal } from './refusal.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';

/**
 * The result that a 202 promised. It may come before the 202 itself, after a time-out, or twice: what was recorded first
 * stands, saying the same again is fine, and anything else is stale.
 */
export function heedCallback(
  transition: Transition,
  { step: name, operation, result }: Extract<SagaEvent, { type: 'callback' }>,
): Refusal | undefined {
  const { state } = transition;
  const { is } = transition.view(name);
  // A compensation that is stuck is still owed: its late success is what an operator would wish for.
  const isOwed = is.stuck?.operation === 'compensation' && result.status === 'succeeded';
  const isAwaited =
    !state.ended &&
    (operation === 'action'
      ? is.status === 'running' || is.status === 'waiting'
      : is.status === 'compensating' || isOwed);

  if (!isAwaited) {
    const isRepeat =
      operation === 'action'
        ? is.answered === result.status
        : is.status === 'compensated' && result.status === 'succeeded';
    return isRepeat
      ? undefined
      : {
          code: 'stale-callback',
          message: `${operation} of ${name} is not waited for any more: the step is ${is.status}`,
        };
  }
  if (result.status === 'succeeded') {
    transition.record(
      operation === 'action'
        ? { type: 'step-succeeded', step: name, attempt: Math.max(1, is.attempts.action), output: result.output }
        : { type: 'step-compensated', step: name, output: result.output },
    );
    return undefined;
  }
  const error = stepError('callback-rejected', result.reason);
  transition.record(
    operation === 'action'
      ? { type: 'step-rejected', step: name, attempt: Math.max(1, is.attempts.action), error }
      : { type: 'step-stuck', step: name, operation, error },
  );
  return undefined;
}
