import type { RetryRule } from '../retry-rule.js';
import { milliseconds, type Duration } from '../duration.js';
import type { Json } from '../json.js';
import type { StepKind } from './definition-json.js';
import { withoutGaps, writeJson, writeMapping } from './mapping.js';
import type { Place } from './problem.js';
import type {
  CallOptions,
  ChildOptions,
  FallbackOption,
  LeaveOptions,
  OrderOptions,
  SagaType,
  SignalOptions,
  TargetOptions,
  UndoOptions,
} from './step-options.js';

/** A step as it was said: what the types tell apart in front is one here. */
export type PlannedStep =
  | { readonly type: 'call'; readonly options: AnyCall; readonly kind?: StepKind }
  | { readonly type: 'sleep'; readonly options: Loose; readonly time: Duration }
  | { readonly type: 'signal'; readonly options: AnySignal; readonly signal: string }
  | { readonly type: 'child'; readonly options: AnyChild; readonly saga: string | SagaType };

type Steps = Record<string, unknown>;
type Loose = OrderOptions<Steps> & LeaveOptions<unknown, Steps, boolean, unknown>;
export type AnyCall = CallOptions<unknown, Steps, unknown> &
  Partial<UndoOptions<unknown, Steps, string, unknown>> &
  Loose &
  FallbackOption<unknown, string>;
export type AnySignal = SignalOptions<unknown, Steps, unknown, boolean, unknown>;
export type AnyChild = ChildOptions<unknown, Steps, unknown, StepKind, boolean, unknown>;
type Fields = Readonly<Record<string, Json | undefined>>;

/**
 * The fields of a step but its name and its `after`. What can't be said goes to `place`. A field that isn't known here
 * is passed on, so that the server refuses it by name.
 *
 * @param sees the steps that are done before it
 */
export function writeStep(name: string, step: PlannedStep, sees: ReadonlySet<string>, place: Place): Fields {
  switch (step.type) {
    case 'call':
      return writeCall(step.options, step.kind, { before: sees, own: new Set([...sees, name]) }, place);
    case 'sleep': {
      const { after: _after, when, ...rest } = step.options;
      return {
        ...writeWhen(when, sees, place),
        sleep: writeTime(step.time, place.at('sleep')),
        ...passOn(rest, place),
      };
    }
    case 'signal': {
      const { after: _after, output: _output, when, timeout, ...rest } = step.options;
      const wait = { signal: step.signal, timeout: writeTime(timeout, place.at('timeout')) };
      return { ...writeWhen(when, sees, place), ...wait, ...passOn(rest, place) };
    }
    case 'child': {
      const { after: _after, when, input, ...rest } = step.options;
      const saga = typeof step.saga === 'string' ? step.saga : step.saga.name;
      const child = { saga, ...passOn(rest, place), input: writeMapping(input, sees, place.at('input')) };
      return { ...writeWhen(when, sees, place), ...child };
    }
  }
}

function writeCall(
  options: AnyCall,
  kind: StepKind | undefined,
  sees: { readonly before: ReadonlySet<string>; readonly own: ReadonlySet<string> },
  place: Place,
): Fields {
  const { after: _after, participant, when, action, compensation, retry, compensationRetry, ...others } = options;
  const { timeout, callbackTimeout, fallback, ...rest } = others;
  const { output: _output, ...target } = action;
  return {
    participant,
    kind,
    ...writeWhen(when, sees.before, place),
    action: writeTarget(target, sees.before, place.at('action')),
    compensation:
      typeof compensation === 'object' ? writeTarget(compensation, sees.own, place.at('compensation')) : compensation,
    timeout: writeTime(timeout, place.at('timeout')),
    callbackTimeout: writeTime(callbackTimeout, place.at('callbackTimeout')),
    retry: writeRetry(retry, place.at('retry')),
    compensationRetry: writeRetry(compensationRetry, place.at('compensationRetry')),
    fallback: writeFallback(fallback, place.at('fallback')),
    ...passOn(rest, place),
  };
}

function writeTarget<In>(target: TargetOptions<In>, sees: ReadonlySet<string>, place: Place): Json {
  const { path, body, ...rest } = target;
  return jsonOf({
    ...passOn(rest, place),
    path: writeMapping(path, sees, place.at('path')),
    body: writeMapping(body, sees, place.at('body')),
  });
}

function writeRetry(retry: RetryRule | undefined, place: Place): Json | undefined {
  if (retry === undefined) return undefined;
  const times = ['initialInterval', 'maxInterval', 'maxElapsed'] as const;
  const written = times.map((field) => [field, writeTime(retry[field], place.at(field))] as const);
  return jsonOf({ ...retry, ...Object.fromEntries(written) });
}

function writeFallback(fallback: AnyCall['fallback'], place: Place): Json | undefined {
  if (fallback === undefined) return undefined;
  const { ttl, ...rest } = fallback;
  return jsonOf({ ...passOn(rest, place), ttl: writeTime(ttl, place.at('ttl')) });
}

function writeWhen(when: unknown, sees: ReadonlySet<string>, place: Place): Fields {
  return { when: writeMapping(when, sees, place.at('when')) };
}

function passOn(fields: object, place: Place): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, writeJson(value, place.at(key))]));
}

/** In the largest unit that gives a whole number. */
export function writeTime(time: Duration | undefined, place: Place): string | undefined {
  if (time === undefined) return undefined;
  try {
    const ms = Math.round(milliseconds(time));
    if (typeof time === 'string') return time;
    const [unit, length] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1];
    return `${ms / length}${unit}`;
  } catch (error) {
    return place.refuse((error as TypeError).message);
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Without the fields that are `undefined`. */
export function jsonOf(fields: Fields): Readonly<Record<string, Json>> {
  return withoutGaps(Object.entries(fields));
}
