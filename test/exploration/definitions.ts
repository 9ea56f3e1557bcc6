import { define, type StepSketch } from '../saga/definitions.js';

/** Two attempts each, one right after the other: enough for every kind of end, and little enough to exhaust. */
function step(name: string, more: Omit<StepSketch, 'name'> = {}): StepSketch {
  const twice = { maxAttempts: 2, initialInterval: 0 };
  return { name, retry: twice, compensationRetry: twice, ...more };
}

export const LIST = define([step('a'), step('b')]);
export const LONG_LIST = define([step('a'), step('b'), step('c')]);
/** Its first step waits long before it is tried again. */
export const PATIENT = define([step('a', { retry: { maxAttempts: 2, initialInterval: 60_000, jitter: 'none' } })]);
/** Two branches that start at once. */
export const PAIR = define([step('a'), step('b', { after: [] })]);
export const PIVOT_LAST = define([step('a'), step('p', { kind: 'pivot' })]);
export const PIVOT_AND_MORE = define([
  step('a'),
  step('p', { kind: 'pivot' }),
  step('r', { kind: 'retriable', retry: { initialInterval: 0 } }),
]);
export const WITH_DEADLINE = { ...PIVOT_AND_MORE, deadline: 1_000 };
