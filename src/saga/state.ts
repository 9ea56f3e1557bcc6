import { isUndoable, stepNamed, type Definition, type Operation, type Step } from './definition.js';
import type { OrderKey, Parent, Reason } from './facts.js';
import type { Json } from './json.js';
import type { Binding } from './order.js';
import type { StepError } from './reply.js';

export type SagaStatus = 'running' | 'completed' | 'compensating' | 'compensated' | 'stuck';

export type StepStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'rejected'
  | 'unknown'
  | 'skipped'
  | 'compensating'
  | 'compensated'
  | 'stuck';

/** What a step that is not finished waits for, and until when (epoch ms; `null`: no limit). */
export type Wait =
  /** The next attempt. */
  | { readonly for: 'retry'; readonly until: number }
  /** A breaker, limiter or bulkhead; nothing has been sent since. */
  | { readonly for: 'release'; readonly by: string; readonly until: number }
  | { readonly for: 'callback'; readonly until: number }
  | { readonly for: 'timer'; readonly until: number }
  | { readonly for: 'signal'; readonly until: number | null }
  | { readonly for: 'child'; readonly until: null };

/** Which child saga a step has: settled before it is started, so that it can't be started twice. */
export interface ChosenChild {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
}

export interface StepState {
  readonly name: string;
  readonly status: StepStatus;
  /** Attempts whose end is known, per operation. */
  readonly attempts: { readonly action: number; readonly compensation: number };
  readonly output: Json;
  readonly error: StepError | null;
  /** Where a degraded answer came from. */
  readonly degraded: string | null;
  /** How old a degraded answer was when it was taken, in ms; `null` if that means nothing. */
  readonly degradedAge: number | null;
  /** An attempt of the action may have taken effect although none was seen to succeed. */
  readonly inDoubt: boolean;
  /** What the participant said of the action in the end; `null` while it said nothing. */
  readonly answered: 'succeeded' | 'rejected' | null;
  readonly wait: Wait | null;
  /** The policy that held the next call back and has let it go since. */
  readonly releasedBy: string | null;
  /** The operation that can't go on, while `status` is `stuck`. */
  readonly stuck: { readonly operation: Operation; readonly since: number } | null;
  /** The last order to retry: attempts and time before it don't count against the limits of that operation any more. */
  readonly renewal: { readonly operation: Operation; readonly attempts: number; readonly at: number } | null;
  /** What operators have put in the place of the definition's targets; `null`: nothing. */
  readonly bindings: { readonly [operation in Operation]?: Binding } | null;
  /** An operator has ended the step by treating it as done or undone. */
  readonly settledByOrder: boolean;
  /** The child saga, once requested. */
  readonly child: ChosenChild | null;
  readonly startedAt: number | null;
  readonly compensationStartedAt: number | null;
  readonly finishedAt: number | null;
}

/**
 * Everything that is known of one saga: the fold of its journal.
 * `direction` is `turning` while a pivot in flight decides whether the saga may turn back.
 */
export interface SagaState {
  readonly id: string;
  readonly definition: Definition;
  readonly input: Json;
  readonly businessKey: string | null;
  readonly concurrencyKey: string | null;
  readonly tags: { readonly [key: string]: string };
  readonly parent: Parent | null;
  /** Number of the last journal entry; 0 before the first. */
  readonly seq: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly deadlinePassed: boolean;
  readonly direction: 'forward' | 'turning' | 'back';
  readonly reason: Reason | null;
  /** A child that has done its steps and waits for its root. */
  readonly prepared: boolean;
  readonly ended: 'completed' | 'compensated' | null;
  readonly output: Json;
  readonly paused: boolean;
  /** What an operator has settled the saga as, outside the system. */
  readonly resolved: 'completed' | 'compensated' | null;
  readonly setAside: { readonly error: StepError; readonly since: number } | null;
  /** Orders of operators that came with a key, oldest first. */
  readonly orders: readonly OrderKey[];
  /** Signals that came before the step that waits for them, oldest first. */
  readonly signals: readonly { readonly signal: string; readonly payload: Json }[];
  /** In definition order. */
  readonly steps: readonly StepState[];
}

/** The saga's status as the contract names it. */
export function statusOf(state: SagaState): SagaStatus {
  if (state.ended) return state.ended;
  if (state.setAside || state.steps.some((step) => step.status === 'stuck')) return 'stuck';
  return state.direction === 'back' ? 'compensating' : 'running';
}

/** Whether a pivot has succeeded, or is treated so by an operator: from then on nothing is undone (invariant I5). */
export function isPastPivot(state: SagaState): boolean {
  return state.steps.some(
    (is, i) =>
      state.definition.steps[i]!.kind === 'pivot' &&
      (is.status === 'succeeded' || (is.status === 'skipped' && is.settledByOrder)),
  );
}

/** When the saga's deadline passes (epoch ms); `null` without one. */
export function deadlineOf(state: SagaState): number | null {
  return state.definition.deadline === undefined ? null : state.startedAt + state.definition.deadline;
}

/** The definition of a step and its state, together. */
export interface StepView {
  readonly step: Step;
  readonly is: StepState;
}

export function stepViews(state: SagaState): StepView[] {
  return state.steps.map((is, i) => ({ step: state.definition.steps[i]!, is }));
}

export function viewOf(state: SagaState, name: string): StepView {
  const step = stepNamed(state.definition, name);
  return { step, is: state.steps[step.index]! };
}

/** Nothing of this step is under way any more, in either direction. */
export function isAtRest(is: StepState): boolean {
  switch (is.status) {
    case 'running':
    case 'waiting':
    case 'compensating':
    case 'stuck':
      return false;
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'rejected':
    case 'unknown':
    case 'skipped':
    case 'compensated':
      return true;
  }
}

/** Whether the steps after this one may start. */
export function isDone({ step, is }: StepView): boolean {
  switch (is.status) {
    case 'succeeded':
    case 'skipped':
      return true;
    case 'failed':
    case 'rejected':
    case 'unknown':
      return step.optional;
    case 'pending':
    case 'running':
    case 'waiting':
    case 'compensating':
    case 'compensated':
    case 'stuck':
      return false;
  }
}

/** Whether the action is over and may have left an effect that has to be undone when the saga turns back. */
export function needsUndo({ step, is }: StepView): boolean {
  if (!isUndoable(step)) return false;
  switch (is.status) {
    case 'unknown':
      return true;
    case 'skipped': // by an operator, while it may have been in flight
      return is.inDoubt;
    case 'succeeded':
      return is.degraded === null || is.inDoubt;
    case 'pending':
    case 'running':
    case 'waiting':
    case 'failed':
    case 'rejected':
    case 'compensating':
    case 'compensated':
    case 'stuck':
      return false;
  }
}
