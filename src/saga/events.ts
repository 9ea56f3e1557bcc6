import type { Operation } from './definition.js';
import type { OrderKey } from './facts.js';
import type { Json } from './json.js';
import type { SagaOrder } from './order.js';
import type { Reply, StepError } from './reply.js';

/** What a participant reports through its callback URL. */
export type CallbackResult =
  { readonly status: 'succeeded'; readonly output: Json } | { readonly status: 'rejected'; readonly reason: string };

/** How a child saga stands, as its parent sees it. */
export type ChildOutcome =
  /** All its steps are done; it can still be undone. */
  | { readonly kind: 'prepared'; readonly output: Json }
  | { readonly kind: 'compensated'; readonly message: string }
  /** Past its pivot, or completed for good. */
  | { readonly kind: 'not-undoable'; readonly message: string };

/** What may come to a saga from outside; {@link react} turns it into facts. */
export type SagaEvent =
  | {
      readonly type: 'reply';
      readonly step: string;
      readonly operation: Operation;
      readonly attempt: number;
      readonly reply: Reply;
    }
  /**
   * A driver takes the saga over from one that seems to be dead. It says so before it does anything else, whatever the
   * saga is doing: the entry fences the driver before it, and keeps "no effect" from being believed of attempts that
   * only that one saw.
   */
  | { readonly type: 'taken-over' }
  /**
   * The action of a step that is running is not in flight here, and this driver has not sent it since its last attempt
   * was recorded. Not `attested`: the driver before it may have, as if the saga had just been taken over.
   */
  | { readonly type: 'lost'; readonly step: string; readonly attested: boolean }
  | { readonly type: 'condition'; readonly step: string; readonly holds: boolean }
  /** An expression of the definition could not be evaluated. */
  | {
      readonly type: 'mapping-failed';
      readonly step: string;
      readonly operation: Operation;
      readonly error: StepError;
    }
  | {
      readonly type: 'callback';
      readonly step: string;
      readonly operation: Operation;
      readonly result: CallbackResult;
    }
  | { readonly type: 'signal'; readonly signal: string; readonly payload: Json }
  /** An operator wants something done. With a key, the same order does no more when it comes again. */
  | {
      readonly type: 'order';
      readonly order: SagaOrder;
      readonly reason: string;
      readonly idempotency?: OrderKey;
    }
  /** Time has passed: timers, time-outs and the deadline are looked at. */
  | { readonly type: 'tick' }
  | {
      readonly type: 'child-chosen';
      readonly step: string;
      readonly child: string;
      readonly definition: string;
      readonly version: number;
    }
  /** The child can never be started, now or later. `child`: its id; `null` if not even that could be chosen. */
  | {
      readonly type: 'child-refused';
      readonly step: string;
      readonly child: string | null;
      readonly error: StepError;
    }
  | { readonly type: 'child-ended'; readonly step: string; readonly outcome: ChildOutcome }
  /** The parent turns back and wants this child undone as a whole. */
  | { readonly type: 'undo'; readonly message: string }
  /** The root of this prepared child has ended well: nothing will be undone any more. */
  | { readonly type: 'parent-completed' };
