import type { Operation } from './definition.js';
import type { Json } from './json.js';

/** What operators can order of a saga. */
export type SagaOrder =
  /** Try now what is stuck or waits for its next attempt. */
  | { readonly verb: 'retry' }
  /** Treat a step as done, or as undone when the saga compensates. */
  | { readonly verb: 'skip'; readonly step: string; readonly output?: Json }
  /** Turn back from here. */
  | { readonly verb: 'compensate' }
  /** Turn back, if that is possible without an operator's judgement. */
  | { readonly verb: 'cancel' }
  /** It was settled by hand, outside the system. */
  | { readonly verb: 'resolve'; readonly outcome: 'completed' | 'compensated' }
  /** Issue no calls until it is resumed. */
  | { readonly verb: 'pause' }
  | { readonly verb: 'resume' }
  | Rebinding;

/** What is put in the place of what the definition says about an operation of a step, for one saga. */
export interface Binding {
  readonly participant?: string;
  /** Templates, as in a definition. */
  readonly path?: string;
  readonly body?: Json;
}

/** Mends a wrong target or body for one saga; at least one of `participant`, `path` and `body` is given. */
export interface Rebinding extends Binding {
  readonly verb: 'rebind';
  readonly step: string;
  /** Default: the one that the step is stuck at or has under way; else the action if it is yet to come, else the compensation. */
  readonly operation?: Operation;
}

export type OrderVerb = SagaOrder['verb'];
