import type { Duration } from '../duration.js';
import type { BuiltSaga } from './built-saga.js';
import type { StepKind } from './definition-json.js';
import type { Mapped, Resolved, Scope } from './mapping.js';
import type {
  CallOptions,
  ChildOptions,
  FallbackOption,
  LeaveOptions,
  SagaType,
  SignalOptions,
  UndoOptions,
  WaitOptions,
} from './step-options.js';

/** A saga with all that is to be said. */
export interface CompleteSaga<Input, Output> {
  /**
   * The definition. Its mappings are called now, once each.
   * @throws {DefinitionError} with everything that can be known to be wrong without the server
   */
  build(): BuiltSaga<Input, Output>;
}

/**
 * A saga that is being written; the order of the calls is the order of the steps. Every call gives a new builder, and
 * leaves the one it is called on as it is.
 *
 * @typeParam Outputs the steps so far, and what each answers
 */
export interface SagaBuilder<Input, Outputs> extends AnyBuilder<Input, Outputs, false> {
  /**
   * A step that can be undone. It says how, or that there is nothing to undo.
   *
   * @example
   * .step('reserve', {
   *   participant: 'inventory',
   *   action: { path: '/reservations', output: typed<{ id: string }>(), body: ({ input }) => ({ sku: input.sku }) },
   *   compensation: { path: '/reservations/cancel', body: ({ input }) => ({ sku: input.sku }) },
   * })
   */
  step<
    const Name extends string,
    Output = unknown,
    Optional extends boolean = false,
    When = unknown,
    Strategy extends string = never,
  >(
    name: Fresh<Name, Outputs>,
    step: CallOptions<Input, Outputs, Output> &
      UndoOptions<Input, Outputs, Name, Output> &
      LeaveOptions<Input, Outputs, Optional, When> &
      FallbackOption<Output, Strategy>,
  ): SagaBuilder<Input, Outputs & Answer<Name, Output, Optional, When, Strategy>>;

  /**
   * The step after whose success nothing is undone any more. With a `compensation` it is undone when nobody can find
   * out whether it succeeded; without one the saga is `stuck` then.
   *
   * @example
   * .pivot('ship', { participant: 'shipping', action: { path: '/shipments' } })
   */
  pivot<const Name extends string, Output = unknown>(
    name: Fresh<Name, Outputs>,
    step: CallOptions<Input, Outputs, Output> & Partial<UndoOptions<Input, Outputs, Name, Output>>,
  ): ForwardBuilder<Input, Outputs & Record<Name, Output>>;

  /**
   * A step that goes on until it succeeds. While no pivot is done the saga may turn back all the same, so it says how
   * it is undone.
   *
   * @example
   * .retriable('index', { participant: 'search', action: { path: '/index' }, compensation: 'none' })
   */
  retriable<
    const Name extends string,
    Output = unknown,
    Optional extends boolean = false,
    When = unknown,
    Strategy extends string = never,
  >(
    name: Fresh<Name, Outputs>,
    step: CallOptions<Input, Outputs, Output> &
      UndoOptions<Input, Outputs, Name, Output> &
      LeaveOptions<Input, Outputs, Optional, When> &
      FallbackOption<Output, Strategy>,
  ): SagaBuilder<Input, Outputs & Answer<Name, Output, Optional, When, Strategy>>;
}

/** A saga past its pivot: nothing is undone any more, so its steps go on until they succeed. */
export interface ForwardBuilder<Input, Outputs> extends AnyBuilder<Input, Outputs, true> {
  /**
   * A step that goes on until it succeeds, or may fail unless it is `optional`. It needs no compensation.
   *
   * @example
   * .retriable('thank', { participant: 'mail', action: { path: '/mails' }, optional: true })
   */
  retriable<
    const Name extends string,
    Output = unknown,
    Optional extends boolean = false,
    When = unknown,
    Strategy extends string = never,
  >(
    name: Fresh<Name, Outputs>,
    step: CallOptions<Input, Outputs, Output> &
      Partial<UndoOptions<Input, Outputs, Name, Output>> &
      LeaveOptions<Input, Outputs, Optional, When> &
      FallbackOption<Output, Strategy>,
  ): ForwardBuilder<Input, Outputs & Answer<Name, Output, Optional, When, Strategy>>;
}

/** What can be said before and after the pivot. */
export interface AnyBuilder<Input, Outputs, Past extends boolean> extends CompleteSaga<Input, null> {
  /** Only a type: the steps so far. */
  readonly '~outputs'?: Outputs;
  /** Only a type: whether a pivot has been passed. */
  readonly '~past'?: Past;

  /**
   * Branches that run side by side. What comes next waits for the ends of all. A branch sees what came before, and its
   * own steps. Nothing that has to be undone may run beside a pivot: put the pivot after the branches.
   *
   * @example
   * .parallel(
   *   (branch) => branch.step('flight', flight).step('seat', seat),
   *   (branch) => branch.step('hotel', hotel),
   * )
   */
  parallel<const Branches extends readonly ((branch: BuilderAt<Past, Input, Outputs>) => AnyBranch)[]>(
    ...branches: Branches
  ): Joined<Input, ReturnType<Branches[number]>>;

  /**
   * A durable timer.
   *
   * @example
   * .sleep('trial-period', '14d')
   */
  sleep<const Name extends string>(
    name: Fresh<Name, Outputs>,
    time: Duration,
    options?: WaitOptions<Input, Outputs>,
  ): BuilderAt<Past, Input, Outputs & Record<Name, null>>;

  /**
   * Waits for a signal; what was sent with it is the step's output. One that doesn't come within `timeout` counts as
   * a "no".
   *
   * @example
   * .signal('approval', 'approved', { timeout: '2d', output: typed<{ by: string }>() })
   */
  signal<const Name extends string, Output = unknown, Optional extends boolean = false, When = unknown>(
    name: Fresh<Name, Outputs>,
    signal: string,
    options?: SignalOptions<Input, Outputs, Output, Optional, When>,
  ): BuilderAt<Past, Input, Outputs & Answer<Name, Output, Optional, When>>;

  /**
   * A child saga, undone as a whole when its parent turns back.
   *
   * @param saga the child: what `build()` gave, or the name of its definition
   *
   * @example
   * .child('shipping', shipOrder, { input: ({ saga }) => ({ order: saga.id }) })
   */
  child<
    const Name extends string,
    ChildInput = unknown,
    Output = unknown,
    Kind extends (Past extends true ? 'retriable' : StepKind) = 'retriable',
    Optional extends boolean = false,
    When = unknown,
  >(
    name: Fresh<Name, Outputs>,
    saga: string | SagaType<ChildInput, Output>,
    options?: ChildOptions<Input, Outputs, NoInfer<ChildInput>, Kind, Optional, When>,
  ): BuilderAt<'pivot' extends Kind ? true : Past, Input, Outputs & Answer<Name, Output, Optional, When>>;

  /**
   * The saga's answer, said last; it sees all steps. If it can't be computed, the saga completes all the same.
   * Default: `null`.
   *
   * @example
   * .output(({ steps }) => ({ tracking: steps.ship.output.tracking }))
   */
  output<const M extends Mapped>(mapping: (scope: Scope<Input, Outputs>) => M): CompleteSaga<Input, Resolved<M>>;
  output<Output = unknown>(template: Mapped): CompleteSaga<Input, Output>;
}

/** What a branch comes to. */
interface AnyBranch {
  readonly '~outputs'?: unknown;
  readonly '~past'?: boolean;
}

type BuilderAt<Past extends boolean, Input, Outputs> = Past extends true
  ? ForwardBuilder<Input, Outputs>
  : SagaBuilder<Input, Outputs>;

/** Past a pivot if any branch is. */
type Joined<Input, Branch extends AnyBranch> = BuilderAt<
  true extends Branch['~past'] ? true : false,
  Input,
  All<NonNullable<Branch['~outputs']>>
>;

/** The intersection of the members of a union. */
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Intersection) => void
  ? Intersection
  : never;

/** A name that no step above has. */
type Fresh<Name extends string, Outputs> = string extends Name
  ? Name
  : Name extends keyof Outputs
    ? `a step above is called ${Name}, too`
    : Name;

/** What a step answers; `null` if it may end without an answer. */
type Answer<Name extends string, Output, Optional, When, Strategy = never> = Record<
  Name,
  | Output
  | (true extends Optional ? null : never)
  | (unknown extends When ? never : null)
  | ('skip' extends Strategy ? null : never)
>;
