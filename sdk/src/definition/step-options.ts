import type { Duration } from '../duration.js';
import type { Json } from '../json.js';
import type { HttpMethod, StepKind } from './definition-json.js';
import type { Expression } from './expression.js';
import type { Mapping, Scope } from './mapping.js';
import type { RetryRule } from '../retry-rule.js';
import type { StandardSchema } from '../standard-schema.js';

/** Where and how a participant is asked. */
export interface TargetOptions<In> {
  /** Below the participant's endpoint, beginning with one slash; `path` and `expr` compute one. */
  readonly path: string | ((scope: In) => string | Expression<string>);
  /** Default: `POST`. */
  readonly method?: HttpMethod;
  /** Default: of an action the saga's input; of a compensation `{ input, output, reason }`. */
  readonly body?: Mapping<In>;
}

/** What a step does. */
export interface ActionOptions<In, Output> extends TargetOptions<In> {
  /** What the participant answers: a schema of zod, valibot, arktype …, or `typed<T>()`. For the types only. */
  readonly output?: StandardSchema<Output>;
}

/** What stands in when the attempts of an action are used up. */
export type FallbackOptions<Output, Strategy extends string> =
  | {
      readonly strategy: 'static_response';
      readonly response: unknown extends Output ? Json : Output;
      readonly ttl?: never;
    }
  | {
      readonly strategy: Strategy extends 'static_response' ? never : Strategy;
      readonly response?: never;
      /** Of `cache_only`: how old an answer may be that is given again. Default: 1 h. */
      readonly ttl?: Strategy extends 'cache_only' ? Duration : never;
    };

/** Whether something holds: a value, the text of an expression, or a function that returns one. */
export type Condition<In> = boolean | string | ((scope: In) => boolean | Expression);

/** Of any step: when its turn comes, and what of it is not for everybody. */
export interface OrderOptions<Outputs> {
  /**
   * The steps above that must be done before; `[]` starts at once. Default: the step above, or the ends of the
   * branches above.
   */
  readonly after?: readonly (keyof Outputs & string)[];
  /** JSON pointers to what must not be shown of the step's output, such as `/token`. Default: none. */
  readonly sensitive?: readonly string[];
}

/** By which a step may end without having answered. */
export interface LeaveOptions<Input, Outputs, Optional, When> {
  /** A failure, a "no" included, is recorded, and the saga goes on. Default: `false`. */
  readonly optional?: Optional;
  /** The step is skipped unless this holds; decided once, when its turn has come. */
  readonly when?: When & Condition<Scope<Input, Outputs>>;
}

/** Of a call, whatever its kind. */
export interface CallOptions<Input, Outputs, Output> extends OrderOptions<Outputs> {
  /** Name of the participant. */
  readonly participant: string;
  readonly action: ActionOptions<Scope<Input, Outputs>, Output>;
  /** Of one attempt. Default: the participant's. */
  readonly timeout?: Duration;
  /** How long a 202 waits for its callback, before the operation is sent again. Default: 24 h. */
  readonly callbackTimeout?: Duration;
  readonly retry?: RetryRule;
  readonly compensationRetry?: RetryRule;
}

/** What a call that can't be carried out is replaced with. */
export interface FallbackOption<Output, Strategy extends string> {
  /** Default: none; the step fails. */
  readonly fallback?: FallbackOptions<NoInfer<Output>, Strategy>;
}

/**
 * How a step is undone. Its functions may read what came before, and what its own action answered; a step that comes
 * later is read by the text of an expression.
 */
export interface UndoOptions<Input, Outputs, Name extends string, Output> {
  /** `'none'`: there is nothing to undo. */
  readonly compensation: 'none' | TargetOptions<Scope<Input, Outputs & Record<Name, Output | null>>>;
}

/** Options of a timer. */
export interface WaitOptions<Input, Outputs, Optional = boolean, When = unknown>
  extends OrderOptions<Outputs>, LeaveOptions<Input, Outputs, Optional, When> {}

/** Options of a step that waits for a signal. */
export interface SignalOptions<Input, Outputs, Output, Optional, When> extends WaitOptions<
  Input,
  Outputs,
  Optional,
  When
> {
  /** After it the step is `rejected`. Default: it waits for ever. */
  readonly timeout?: Duration;
  /** What is sent with the signal: a schema, or `typed<T>()`. For the types only. */
  readonly output?: StandardSchema<Output>;
}

/** Options of a child saga. */
export interface ChildOptions<Input, Outputs, ChildInput, Kind extends StepKind, Optional, When> extends WaitOptions<
  Input,
  Outputs,
  Optional,
  When
> {
  /** Default: the parent's input. */
  readonly input?: Mapping<Scope<Input, Outputs>, ChildInput>;
  /** Of the child's definition. Default: the latest when it starts. */
  readonly version?: number;
  /** A child that has a pivot is best its parent's pivot. Default: `compensatable`; past a pivot `retriable`. */
  readonly kind?: Kind;
}

/** What types know of a saga: something with its name, and whatever else. */
export interface SagaType<Input = unknown, Output = unknown> {
  readonly name: string;
  readonly '~types'?: { readonly input: Input; readonly output: Output };
}
