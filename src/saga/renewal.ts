import type { Operation, Step } from './definition.js';
import { begun } from './readiness.js';
import type { StepState } from './state.js';

/** What of an operation's attempts and time still counts against the limits of its retry policy. */
export interface Patience {
  /** Attempts that don't count any more. */
  readonly forgiven: number;
  /** Since when time counts (epoch ms); `null`: the operation has not begun. */
  readonly since: number | null;
}

/** An order to retry makes back-off, `maxAttempts` and `maxElapsed` begin anew; the numbers of attempts go on. */
export function patienceOf(is: StepState, operation: Operation): Patience {
  if (is.renewal?.operation === operation) return { forgiven: is.renewal.attempts, since: is.renewal.at };
  return { forgiven: 0, since: operation === 'action' ? is.startedAt : is.compensationStartedAt };
}

/** What changes when somebody orders that an operation is tried at once, whatever it was waiting for or stuck at. */
export function renewed(step: Step, is: StepState, operation: Operation, at: number): Partial<StepState> {
  const renewal = { operation, attempts: is.attempts[operation], at };
  // A policy that held the call back has given it its place already: it must not be sent to the end of the queue.
  const releasedBy = is.wait?.for === 'release' ? is.wait.by : null;
  const freed = { renewal, releasedBy, stuck: null, wait: null };
  if (operation === 'compensation') return { ...freed, status: 'compensating' };
  return { ...freed, ...begun(step, at), startedAt: is.startedAt ?? at, finishedAt: null, answered: null };
}
