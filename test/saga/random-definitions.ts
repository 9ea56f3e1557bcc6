import fc from 'fast-check';
import type { Definition } from '../../src/saga/definition.js';
import { constant, define, type StepSketch } from './definitions.js';

interface Dice {
  readonly above: readonly boolean[];
  readonly type: 'call' | 'sleep' | 'signal' | 'child';
  readonly isOptional: boolean;
  readonly isConditional: boolean;
  readonly isUndoable: boolean;
  readonly fallback: 'none' | 'static_response' | 'skip';
}

const MOST_STEPS = 5;
const retry = { maxAttempts: 3, initialInterval: 1_000, jitter: 'none', maxInterval: 5_000 } as const;

/**
 * Definitions that the parser would let through: any acyclic graph of up to five steps with at most one pivot, where all
 * that can run beside or after the pivot is retriable.
 */
export function anyDefinition(): fc.Arbitrary<Definition> {
  const dice = fc.record<Dice>({
    above: fc.array(fc.boolean(), { minLength: MOST_STEPS, maxLength: MOST_STEPS }),
    type: fc.constantFrom('call', 'call', 'call', 'call', 'sleep', 'signal', 'child'),
    isOptional: oneIn(5),
    isConditional: oneIn(5),
    isUndoable: oneIn(6).map((no) => !no),
    fallback: fc.constantFrom('none', 'none', 'none', 'none', 'static_response', 'skip'),
  });
  return fc
    .record({
      steps: fc.array(dice, { minLength: 1, maxLength: MOST_STEPS }),
      pivot: fc.option(fc.nat(MOST_STEPS - 1)),
      deadline: fc.option(fc.integer({ min: 1, max: 20_000 })),
    })
    .map(({ steps, pivot, deadline }) => {
      const sketches = steps.map((step, i) => draw(step, i));
      const more = deadline === null ? {} : { deadline };
      return define(aroundPivot(define(sketches), sketches, pivot), more);
    });
}

function oneIn(sides: number): fc.Arbitrary<boolean> {
  return fc.nat(sides - 1).map((side) => side === 0);
}

function draw(dice: Dice, i: number): StepSketch {
  const name = `s${i}`;
  const after = dice.above.flatMap((isAbove, j) => (isAbove && j < i ? [`s${j}`] : []));
  const common = { name, after, optional: dice.isOptional, ...(dice.isConditional && { when: constant(true) }) };
  switch (dice.type) {
    case 'sleep':
      return { ...common, sleep: 3_000 };
    case 'signal':
      return { ...common, signal: 'go', timeout: 10_000 };
    case 'child':
      return { ...common, saga: 'child' };
    case 'call': {
      const fallback = dice.fallback === 'none' ? undefined : { strategy: dice.fallback, response: 'instead' };
      const call = { undo: dice.isUndoable, retry, compensationRetry: retry, callbackTimeout: 8_000 };
      return { ...common, ...call, ...(fallback && { fallback }) };
    }
  }
}

function aroundPivot(graph: Definition, sketches: readonly StepSketch[], pivot: number | null): StepSketch[] {
  if (pivot === null || pivot >= sketches.length) return [...sketches];
  return sketches.map((sketch, i) => {
    if (graph.steps[i]!.followers.includes(pivot)) return sketch;
    if (i !== pivot) return { ...sketch, kind: 'retriable', undo: false };
    // The pivot is a plain call: it happens, and nothing stands in for it.
    return { name: sketch.name, after: sketch.after!, kind: 'pivot', retry, callbackTimeout: 8_000 };
  });
}
