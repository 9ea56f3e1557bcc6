import type { CallStep, HttpMethod, Operation } from './definition.js';
import type { Json } from './json.js';
import { actionBody, actionScope, compensationBody, compensationScope } from './scope.js';
import { deadlineOf, type SagaState } from './state.js';
import { MappingError } from './template.js';

/** What a participant is asked: the same in every attempt of an operation. */
export interface OperationRequest {
  readonly method: HttpMethod;
  /** Below the participant's endpoint; begins with a slash. */
  readonly path: string;
  readonly body: Json;
}

/**
 * From when on the answer would be of no use, by the saga's deadline (epoch ms); `null`: it always is. The deadline turns
 * the saga back: an action that can be undone need not be waited for any longer. A pivot has to be, since it decides.
 */
export function uselessAfter(state: SagaState, step: CallStep, operation: Operation): number | null {
  return operation === 'action' && step.kind === 'compensatable' && !state.deadlinePassed ? deadlineOf(state) : null;
}

/** @throws {MappingError} if an expression can't be evaluated, or the path is none */
export async function requestFor(state: SagaState, step: CallStep, operation: Operation): Promise<OperationRequest> {
  const target = operation === 'action' ? step.action : step.compensation!;
  const scope = operation === 'action' ? actionScope(state, step) : compensationScope(state, step);
  const path = await target.path.evaluate(scope);
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new MappingError(`the path of ${step.name} must be a text that begins with a slash`);
  }
  const body = await (operation === 'action' ? actionBody(state, step) : compensationBody(state, step));
  return { method: target.method, path, body };
}
