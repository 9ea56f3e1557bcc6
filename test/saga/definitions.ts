import type { RetryPolicy } from '../../src/saga/backoff.js';
import type { Definition, Fallback, Step, StepKind } from '../../src/saga/definition.js';
import type { Json } from '../../src/saga/json.js';
import type { Template } from '../../src/saga/template.js';

/** A step as a test writes it; what is left out is plain: a compensatable call after the step above. */
export interface StepSketch {
  readonly name: string;
  readonly after?: readonly string[];
  readonly kind?: StepKind;
  readonly optional?: boolean;
  readonly when?: Template;
  /** Default: `{name}` undoes a compensatable call, nothing undoes the others. */
  readonly undo?: boolean;
  readonly body?: Template;
  readonly retry?: Partial<RetryPolicy>;
  readonly compensationRetry?: Partial<RetryPolicy>;
  readonly callbackTimeout?: number;
  readonly fallback?: Fallback;
  readonly sleep?: number;
  readonly signal?: string;
  readonly timeout?: number;
  readonly saga?: string;
}

/** A definition in the form the engine runs, without the parser: these tests are about what is done with it. */
export function define(steps: readonly StepSketch[], more: { deadline?: number; version?: number } = {}): Definition {
  const indexOf = (name: string): number => steps.findIndex((step) => step.name === name);
  const after = steps.map((step, i) => step.after?.map(indexOf) ?? (i === 0 ? [] : [i - 1]));
  const ancestors = after.map((_, i) => ancestorsOf(i, after));
  return {
    name: 'place-order',
    version: more.version ?? 1,
    ...(more.deadline !== undefined && { deadline: more.deadline }),
    source: {},
    steps: steps.map((sketch, index) =>
      draw(sketch, {
        index,
        after: after[index]!,
        followers: steps.flatMap((_, i) => (ancestors[i]!.has(index) ? [i] : [])),
      }),
    ),
  };
}

/** The same value whatever the saga holds. */
export function constant(value: Json): Template {
  return { source: value, evaluate: () => value };
}

function draw(sketch: StepSketch, place: Pick<Step, 'index' | 'after' | 'followers'>): Step {
  const { name, when, kind = 'compensatable', optional = false } = sketch;
  const common = { ...place, name, kind, optional, ...(when && { when }) };
  if (sketch.sleep !== undefined) return { ...common, type: 'sleep', sleep: sketch.sleep };
  if (sketch.saga !== undefined) return { ...common, type: 'child', saga: sketch.saga };
  if (sketch.signal !== undefined) {
    return { ...common, type: 'signal', signal: sketch.signal, ...(sketch.timeout && { timeout: sketch.timeout }) };
  }
  const undoes = sketch.undo ?? kind === 'compensatable';
  return {
    ...common,
    type: 'call',
    participant: name,
    action: { method: 'POST', path: constant(`/${name}`), ...(sketch.body && { body: sketch.body }) },
    compensation: undoes ? { method: 'POST', path: constant(`/${name}/undo`) } : null,
    callbackTimeout: sketch.callbackTimeout ?? 86_400_000,
    retry: sketch.retry ?? {},
    compensationRetry: sketch.compensationRetry ?? {},
    ...(sketch.fallback && { fallback: sketch.fallback }),
  };
}

function ancestorsOf(index: number, after: readonly (readonly number[])[]): Set<number> {
  const found = new Set<number>();
  const visit = (i: number): void => {
    for (const above of after[i]!) {
      if (found.has(above)) continue;
      found.add(above);
      visit(above);
    }
  };
  visit(index);
  return found;
}
