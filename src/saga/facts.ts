import type { Operation } from './definition.js';
import type { Json } from './json.js';
import type { OrderVerb } from './order.js';
import type { CallRecord, Effect, StepError } from './reply.js';

/** Why a saga turned back. */
export interface Reason {
  /** Stable, kebab-case: `step-rejected`, `step-failed`, `step-in-doubt`, `deadline-exceeded`, `cancelled`, `ordered`, `resolved`, `parent-turned-back`. */
  readonly code: string;
  readonly message: string;
}

/** The parent of a child saga. */
export interface Parent {
  readonly saga: string;
  readonly step: string;
  /** The saga that has no parent, at the top of the family. */
  readonly root: string;
  /** 1 for the child of a root. Bounds recursion. */
  readonly depth: number;
}

/** Which order a client's `Idempotency-Key` stands for: SHA-256 of the key and of what was ordered, in hex. */
export interface OrderKey {
  readonly key: string;
  readonly request: string;
}

/**
 * What happened to a saga. Facts are past tense, never change and are the only truth.
 * A newer release may write facts that this one does not know: they are kept and passed over.
 */
export type Fact =
  | SagaStarted
  /** The condition (`when`) of the step holds. */
  | { readonly type: 'step-entered'; readonly step: string }
  | {
      readonly type: 'step-skipped';
      readonly step: string;
      /** `order`: an operator treats it as done. */
      readonly because: 'condition' | 'fallback' | 'turned-back' | 'order';
      /** What the operator says that it came to. */
      readonly output?: Json;
    }
  | {
      readonly type: 'step-succeeded';
      readonly step: string;
      readonly attempt?: number;
      readonly output: Json;
      /** The source of a degraded answer. */
      readonly degraded?: string;
      /** How long ago a degraded answer was a true one, in ms. */
      readonly age?: number;
      readonly call?: CallRecord;
    }
  /** A business no; nothing took effect. */
  | {
      readonly type: 'step-rejected';
      readonly step: string;
      readonly attempt?: number;
      readonly error: StepError;
      readonly call?: CallRecord;
    }
  | {
      readonly type: 'attempt-failed';
      readonly step: string;
      readonly operation: Operation;
      readonly attempt: number;
      readonly effect: Effect;
      readonly error: StepError;
      /** Epoch ms of the next attempt; `null`: there is none. */
      readonly retryAt: number | null;
      readonly call?: CallRecord;
    }
  /** Attempts used up, known to have had no effect. */
  | { readonly type: 'step-failed'; readonly step: string; readonly error: StepError }
  /** Given up without knowing whether the action took effect. */
  | { readonly type: 'step-in-doubt'; readonly step: string; readonly error: StepError }
  /** 202: waits for the callback; after `until` the operation is sent again. */
  | {
      readonly type: 'call-accepted';
      readonly step: string;
      readonly operation: Operation;
      readonly attempt: number;
      readonly until: number;
      readonly call?: CallRecord;
    }
  /** The saga has another driver: the one before may have sent the action of any step that is running. */
  | { readonly type: 'saga-taken-over' }
  /** Not sent, and will not be before the call is released. */
  | {
      readonly type: 'call-parked';
      readonly step: string;
      readonly operation: Operation;
      readonly by: string;
      readonly until: number;
    }
  /** From here on the parked call may be sent. */
  | { readonly type: 'call-released'; readonly step: string; readonly operation: Operation }
  | { readonly type: 'signal-received'; readonly signal: string; readonly payload: Json }
  | {
      readonly type: 'child-requested';
      readonly step: string;
      readonly child: string;
      readonly definition: string;
      readonly version: number;
    }
  /** Someone wants the saga undone, but a pivot may already have taken effect: its outcome decides. */
  | { readonly type: 'turn-requested'; readonly reason: Reason }
  /** The pivot succeeded after all: the saga goes on. */
  | { readonly type: 'turn-overtaken' }
  | { readonly type: 'turned-back'; readonly reason: Reason }
  | {
      readonly type: 'step-compensated';
      readonly step: string;
      readonly attempt?: number;
      readonly output?: Json;
      readonly call?: CallRecord;
      /** An operator treats it as undone. */
      readonly because?: 'order';
    }
  | {
      readonly type: 'step-stuck';
      readonly step: string;
      readonly operation: Operation;
      readonly attempt?: number;
      readonly error: StepError;
      readonly call?: CallRecord;
    }
  | { readonly type: 'deadline-passed' }
  /** An operator has ordered something; what follows from it are the next facts of the same entry. */
  | {
      readonly type: 'order-taken';
      readonly verb: OrderVerb;
      readonly reason: string;
      readonly idempotency?: OrderKey;
    }
  /** The operation is tried at once; its attempts are counted on, but its back-off and its limits begin anew. */
  | { readonly type: 'retry-ordered'; readonly step: string; readonly operation: Operation }
  /** From here on the operation has another target or body; what is absent stays as it was. */
  | {
      readonly type: 'step-rebound';
      readonly step: string;
      readonly operation: Operation;
      readonly participant?: string;
      readonly path?: string;
      readonly body?: Json;
    }
  /** No calls are issued until the saga is resumed. */
  | { readonly type: 'saga-paused' }
  | { readonly type: 'saga-resumed' }
  /** What was left has been settled outside the system; the end itself is the next fact of the same entry. */
  | { readonly type: 'saga-resolved'; readonly outcome: 'completed' | 'compensated'; readonly reason: Reason }
  /** A saga that was set aside goes on; what was running may have been sent. */
  | { readonly type: 'saga-taken-up' }
  /** A child saga has done all its steps; it stays undoable until its root has ended. */
  | { readonly type: 'saga-prepared'; readonly output: Json; readonly outputError?: string }
  /** `outputError`: why the definition's output could not be computed; the saga is completed all the same. */
  | { readonly type: 'saga-completed'; readonly output: Json; readonly outputError?: string }
  | { readonly type: 'saga-compensated' }
  /** The engine could not drive the saga; an operator must look. */
  | { readonly type: 'saga-set-aside'; readonly error: StepError };

export interface SagaStarted {
  readonly type: 'saga-started';
  readonly definition: string;
  readonly version: number;
  readonly input: Json;
  readonly businessKey?: string;
  readonly concurrencyKey?: string;
  readonly tags?: { readonly [key: string]: string };
  readonly parent?: Parent;
}

export type FactType = Fact['type'];

/** One transition of one saga: a row of the journal. */
export interface Entry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** Epoch ms by the database's clock. */
  readonly at: number;
  /** Who caused it: `engine`, `api`, `callback`, `sweep`, `operator:<actor>` … */
  readonly by: string;
  readonly facts: readonly Fact[];
}
