import type { Json, JsonObject } from './json.js';
import type { RetryPolicy } from './backoff.js';
import type { Template } from './template.js';

/** How a step stands to the point of no return (Garcia-Molina & Salem 1987; Richardson's compensatable / pivot / retriable). */
export type StepKind = 'compensatable' | 'pivot' | 'retriable';

/** An action does something; a compensation undoes it. */
export type Operation = 'action' | 'compensation';

export type HttpMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';

/** What may wait when there is too much to do: starts of `sheddable` sagas are turned away first, `critical` ones last. */
export type Priority = 'sheddable' | 'normal' | 'critical';

/** Where and how a participant is asked to carry out one operation of a step. */
export interface Target {
  readonly method: HttpMethod;
  /** Path below the participant's endpoint; a template, so that it may be computed from the saga. */
  readonly path: Template;
  /** Absent: the default body of the operation (contract §3). */
  readonly body?: Template;
}

/** What stands in for a step whose action could not be carried out. */
export interface Fallback {
  /** `static_response`, `cache_only`, `skip`, or the name of an entry under `fallbacks:` in the resilience file. */
  readonly strategy: string;
  /** Of `static_response`. */
  readonly response?: Json;
  /** Of `cache_only`: how old an answer may be that is given again, in ms. Default {@link DEFAULT_ANSWER_TTL}. */
  readonly ttl?: number;
}

/** 1 h, in ms. */
export const DEFAULT_ANSWER_TTL = 3_600_000;

interface StepBase {
  readonly name: string;
  /** Position in the definition, 0-based. */
  readonly index: number;
  readonly kind: StepKind;
  /** Indexes of the steps that must be done before this one starts. */
  readonly after: readonly number[];
  /** Indexes of every step that can only run after this one (the transitive closure of `after`, reversed). */
  readonly followers: readonly number[];
  /** Runs only when this holds; decided once, when the step becomes ready. */
  readonly when?: Template;
  /** A failure is recorded and the saga goes on. */
  readonly optional: boolean;
  /** JSON pointers to what must not be shown of the step's output. Default: none. */
  readonly sensitive?: readonly string[];
}

/** A call of a participant. */
export interface CallStep extends StepBase {
  readonly type: 'call';
  readonly participant: string;
  readonly action: Target;
  /** `null`: nothing to undo (`compensation: none`, a pivot, or a step that only runs after the pivot). */
  readonly compensation: Target | null;
  /** Total time of one attempt in ms; absent: the participant's policy decides. */
  readonly timeout?: number;
  /** How long a 202 may wait for its callback before the operation is sent again, in ms. Default 24 h. */
  readonly callbackTimeout: number;
  /** What the definition itself says about retries; the rest comes from the participant's policy and then the defaults. */
  readonly retry: Partial<RetryPolicy>;
  readonly compensationRetry: Partial<RetryPolicy>;
  readonly fallback?: Fallback;
}

/** A durable timer. */
export interface SleepStep extends StepBase {
  readonly type: 'sleep';
  /** How long, in ms. */
  readonly sleep: number;
}

/** Waits for `POST /v1/sagas/{id}/signals/{signal}`; the payload is the step's output. */
export interface SignalStep extends StepBase {
  readonly type: 'signal';
  readonly signal: string;
  /** Absent: waits for ever (or until the saga's deadline). In ms. */
  readonly timeout?: number;
}

/** A child saga; undone as a whole when the parent compensates. */
export interface ChildStep extends StepBase {
  readonly type: 'child';
  readonly saga: string;
  /** Absent: the latest version at the moment the child is requested. */
  readonly version?: number;
  /** Absent: the parent's input. */
  readonly input?: Template;
}

export type Step = CallStep | SleepStep | SignalStep | ChildStep;

/**
 * A definition as the engine runs it: parsed, checked, defaults filled in, templates compiled.
 * Immutable; every saga stays on the version it started with.
 */
export interface Definition {
  readonly name: string;
  /** 1, 2, 3 …; 0 until it is stored. */
  readonly version: number;
  readonly description?: string;
  /** JSON Schema 2020-12 that a saga's input must meet. */
  readonly input?: JsonObject | boolean;
  /** In ms from the start. Before the pivot it starts compensation; after it, it only raises an alert. */
  readonly deadline?: number;
  readonly steps: readonly Step[];
  readonly output?: Template;
  /** Default `normal`. */
  readonly priority?: Priority;
  /** JSON pointers to what must not be shown of the saga's input. Default: none. */
  readonly sensitive?: readonly string[];
  /** The document as it was given. */
  readonly source: JsonObject;
}

/** The step called `name`; a bug if there is none. */
export function stepNamed(definition: Definition, name: string): Step {
  const step = definition.steps.find((s) => s.name === name);
  if (!step) throw new Error(`definition ${definition.name} v${definition.version} has no step ${name}`);
  return step;
}

/** Whether the saga has something to call or to wait for in order to undo this step. */
export function isUndoable(step: Step): boolean {
  return step.type === 'child' || (step.type === 'call' && step.compensation !== null);
}
