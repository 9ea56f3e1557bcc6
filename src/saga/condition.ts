import type { Step } from './definition.js';
import type { SagaEvent } from './events.js';
import type { Json } from './json.js';
import { actionScope } from './scope.js';
import type { SagaState } from './state.js';
import { stepError } from './step-error.js';
import { MappingError } from './template.js';

/** Evaluates the condition (`when`) of a step whose turn has come. */
export async function conditionOf(state: SagaState, step: Step): Promise<SagaEvent> {
  const { name } = step;
  try {
    return { type: 'condition', step: name, holds: isTruthy(await step.when!.evaluate(actionScope(state, step))) };
  } catch (err) {
    if (!(err instanceof MappingError)) throw err;
    return { type: 'mapping-failed', step: name, operation: 'action', error: stepError(err.code, err.message) };
  }
}

/** JSONata's own `$boolean`: empty strings, arrays and objects, zero and null are false. */
function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => isTruthy(item));
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
