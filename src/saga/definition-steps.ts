import type { RetryPolicy } from './backoff.js';
import type { Fallback, StepKind } from './definition.js';
import * as read from './definition-readings.js';
import type { WrittenTarget } from './definition-readings.js';
import { MAX_DURATION } from './durations.js';
import type { Place } from './problems.js';
import { boolean, duration, integer, isRecord, list, oneOf, record, type Reading } from './readings.js';
import type { CompiledTemplate } from './template-compiler.js';

export const MAX_STEPS = 200;

/** What a step of any type may say. */
interface Common {
  readonly name: string;
  readonly after?: readonly string[];
  readonly when?: CompiledTemplate;
  readonly optional?: boolean;
  readonly kind?: StepKind;
  readonly sensitive?: readonly string[];
}

export interface WrittenCall extends Common {
  readonly participant: string;
  readonly action: WrittenTarget;
  readonly compensation?: WrittenTarget | 'none';
  readonly timeout?: number;
  readonly callbackTimeout?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly compensationRetry?: Partial<RetryPolicy>;
  readonly fallback?: Fallback;
}

export interface WrittenSleep extends Common {
  readonly sleep: number;
}

export interface WrittenSignal extends Common {
  readonly signal: string;
  readonly timeout?: number;
}

export interface WrittenChild extends Common {
  readonly saga: string;
  readonly version?: number;
  readonly input?: CompiledTemplate;
}

interface ByType {
  readonly call: WrittenCall;
  readonly sleep: WrittenSleep;
  readonly signal: WrittenSignal;
  readonly child: WrittenChild;
}

export type WrittenStep = { [T in keyof ByType]: { readonly type: T; readonly step: ByType[T] } }[keyof ByType];

/**
 * A step as far as it could be read, before it is known how it stands to the others. Any field may be missing; only when
 * nothing is wrong with the document it is a {@link WrittenStep}.
 */
export type Draft = {
  [T in keyof ByType]: { readonly place: Place; readonly type: T; readonly step: Partial<ByType[T]> };
}[keyof ByType];

const common = {
  name: read.stepName,
  after: list(read.stepName, 0, MAX_STEPS),
  when: read.condition,
  optional: boolean,
  kind: oneOf('compensatable', 'pivot', 'retriable'),
  sensitive: read.pointers,
};

const call = record<WrittenCall>(
  {
    ...common,
    participant: read.stepName,
    action: read.target,
    compensation: read.compensation,
    timeout: read.time,
    callbackTimeout: read.time,
    retry: read.retry,
    compensationRetry: read.retry,
    fallback: read.fallback,
  },
  'name',
  'participant',
  'action',
);
const sleep = record<WrittenSleep>({ ...common, sleep: duration(0, MAX_DURATION) }, 'name', 'sleep');
const signal = record<WrittenSignal>({ ...common, signal: read.stepName, timeout: read.time }, 'name', 'signal');
const child = record<WrittenChild>(
  { ...common, saga: read.definitionName, version: integer(1, 1_000_000_000), input: read.template },
  'name',
  'saga',
);

/** The field that tells of which type a step is. */
const MARKS = ['action', 'sleep', 'signal', 'saga'] as const;

export const readStep: Reading<Draft> = (value, place) => {
  if (!isRecord(value)) return place.refuse('must be an object with a name and one of action, sleep, signal and saga');
  const marks = MARKS.filter((mark) => Object.hasOwn(value, mark));
  if (marks.length > 1) place.refuse(`has ${marks.join(' and ')}: make a step of each`);
  switch (marks[0]) {
    case 'sleep':
      return draft('sleep', sleep);
    case 'signal':
      return draft('signal', signal);
    case 'saga':
      return draft('child', child);
    case 'action':
    case undefined:
      // A step without a mark is most likely a call that lacks its action.
      return draft('call', call);
  }

  function draft<T extends string, S>(type: T, reading: Reading<S>): { type: T; step: S; place: Place } | undefined {
    const step = reading(value, place);
    return step && { type, step, place };
  }
};
