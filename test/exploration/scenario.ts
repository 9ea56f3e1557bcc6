import type { Definition, Operation } from '../../src/saga/definition.js';
import type { SagaOrder } from '../../src/saga/order.js';
import type { Rules } from './sagas.js';

/** How often each thing may go wrong in one run; what is left out never does. */
export interface Budget {
  /** A driver dies: it forgets everything, what it has sent stays on its way. */
  readonly crashes: number;
  /** A second driver takes the saga over although the first is alive, only slow. */
  readonly takeovers: number;
  /** An answer does not come in time: the request may still arrive, at any later moment. */
  readonly timeouts: number;
  /** A request arrives and arrives again later. */
  readonly duplicates: number;
  /** The connection is refused: known to have had no effect. */
  readonly refusals: number;
  /** A breaker does not let the call out. */
  readonly holdBacks: number;
  /** A participant says no to an action. */
  readonly rejections: number;
  /** A participant says that a compensation can't be done. */
  readonly undoRejections: number;
  /** A participant answers an action with 202. */
  readonly acceptances: number;
  readonly cancels: number;
  /** An operator orders one of the scenario's {@link Scenario.orders}. */
  readonly orders: number;
}

export const NOTHING_GOES_WRONG: Budget = {
  crashes: 0,
  takeovers: 0,
  timeouts: 0,
  duplicates: 0,
  refusals: 0,
  holdBacks: 0,
  rejections: 0,
  undoRejections: 0,
  acceptances: 0,
  cancels: 0,
  orders: 0,
};

/** What is explored, and the switches that turn the world around the core into a worse one. */
export interface Scenario {
  readonly name: string;
  readonly definition: Definition;
  readonly budget: Budget;
  readonly rules?: Rules;
  /** What operators order, each at any moment. A saga that was paused is always resumed some time. */
  readonly orders: readonly SagaOrder[];
  /** Whether an append at a number that is taken fails. */
  readonly isFenced: boolean;
  /** Whether participants remember what they refused and undid, or only what is done. */
  readonly hasBarrier: boolean;
  /** Whether a request can arrive when nobody waits for its answer any more. */
  readonly hasLateMessages: boolean;
  /** What a participant takes for the same piece of work; the production key without its operation. */
  readonly workOf: (step: string, operation: Operation, attempt: number) => string;
  /** Whether a driver that takes a saga over writes down what may have been sent, before it sends anything. */
  readonly reportsTakeover: boolean;
  /** How a driver that was fenced finds out that another one has the saga: from any entry since, or from the last. */
  readonly noticesTakeover: 'any-entry' | 'last-entry';
}

export function scenario(
  name: string,
  definition: Definition,
  budget: Partial<Budget>,
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name,
    definition,
    budget: { ...NOTHING_GOES_WRONG, ...budget },
    orders: [{ verb: 'retry' }],
    isFenced: true,
    hasBarrier: true,
    hasLateMessages: true,
    workOf: (step) => step,
    reportsTakeover: true,
    noticesTakeover: 'any-entry',
    ...more,
  };
}
