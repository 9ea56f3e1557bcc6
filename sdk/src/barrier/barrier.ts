import type { Json } from '../json.js';
import type { OperationId } from '../participant/call.js';

/** What a participant says to an operation; kept, and said again to every later attempt. */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  readonly body: Json;
}

/** What a handler's work came to. */
export interface Verdict {
  readonly answer: Answer;
  /** `keep`: commit what was done together with the answer. `undo`: a no; roll the work back, and keep the answer alone. */
  readonly effects: 'keep' | 'undo';
}

/**
 * Where an answer comes from:
 * - `work`: the work was done just now;
 * - `repeat`: an earlier attempt had done it, and this is its answer;
 * - `nothing-to-undo`: a compensation whose action never took effect; from now on it can't any more;
 * - `barred`: an action that comes after its compensation.
 */
export type Origin = 'work' | 'repeat' | 'nothing-to-undo' | 'barred';

/** An answer, and where it comes from. */
export interface Guarded {
  readonly answer: Answer;
  readonly origin: Origin;
}

/**
 * Makes the effects of an operation happen at most once, however often, however late and in whatever order its calls
 * come. The rules, for all kinds of barrier:
 *
 * 1. The first attempt of an operation that gets through does the work; its answer is stored with the work's effects in
 *    one transaction. Every other attempt gets the stored answer, and waits for it if need be.
 * 2. A compensation takes its action's place as well. If the action had not been there (or had said no), there is nothing
 *    to undo: the answer is 200, and the work isn't done.
 * 3. An action that comes after its compensation is barred: 409.
 * 4. Work that throws leaves nothing behind; the same operation may come again.
 *
 * The two inserts are those of DTM's sub-transaction barrier (https://en.dtm.pub/practice/barrier.html).
 *
 * @typeParam Tx what the work gets to do its effects in: the transaction that also holds the barrier's rows
 */
export interface Barrier<Tx> {
  /**
   * @param operation which operation of which saga this is an attempt of
   * @param work does the effects in `tx`; may be run more than once if the database asks for a repeat of the transaction
   * @throws whatever `work` throws; and what the database throws when it can't be asked
   */
  guard(operation: OperationId, work: (tx: Tx) => Promise<Verdict>): Promise<Guarded>;
}

/** The answer to an action that comes after its compensation. */
export const BARRED: Answer = {
  status: 409,
  body: {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'this action has been undone before it came, so it must not take effect any more',
    code: 'barred',
  },
};

/** The answer to a compensation whose action never took effect. */
export const NOTHING_TO_UNDO: Answer = { status: 200, body: null };
