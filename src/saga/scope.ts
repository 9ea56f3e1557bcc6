import type { CallStep, Step } from './definition.js';
import type { Json } from './json.js';
import { viewOf, type SagaState } from './state.js';
import type { Scope } from './template.js';

/** What the expressions of a saga can see. */
export function scopeOf(state: SagaState, sees: (other: Step) => boolean = () => true): Scope {
  const steps: Record<string, { output: Json; status: string }> = Object.create(null) as Record<string, never>;
  for (const [i, { name, output, status }] of state.steps.entries()) {
    if (sees(state.definition.steps[i]!)) steps[name] = { output, status };
  }
  return {
    input: state.input,
    steps,
    saga: { id: state.id, name: state.definition.name, startedAt: new Date(state.startedAt).toISOString() },
  };
}

/**
 * What the action of a step can see: the steps before it. Those beside it may end between two attempts, and attempts
 * under one key must not differ.
 */
export function actionScope(state: SagaState, step: Step): Scope {
  return scopeOf(state, (other) => other.followers.includes(step.index));
}

/** What the compensation of a step can see: the steps before it, itself, and the steps after it; not those beside it. */
export function compensationScope(state: SagaState, step: Step): Scope {
  return scopeOf(
    state,
    (other) =>
      other.index === step.index || other.followers.includes(step.index) || step.followers.includes(other.index),
  );
}

/** The body of an action: its template, or the saga's input. */
export function actionBody(state: SagaState, step: CallStep): Json | Promise<Json> {
  return step.action.body ? step.action.body.evaluate(actionScope(state, step)) : state.input;
}

/** The body of a compensation: its template, or all that is known of the action (contract §2). */
export async function compensationBody(state: SagaState, step: CallStep): Promise<Json> {
  if (step.compensation?.body) return step.compensation.body.evaluate(compensationScope(state, step));
  const { is } = viewOf(state, step.name);
  return {
    input: await actionBody(state, step),
    output: is.answered === 'succeeded' ? is.output : null,
    reason: { code: state.reason?.code ?? 'unknown', message: state.reason?.message ?? '' },
  };
}

/** `Idempotency-Key` of an operation: the same for every attempt, every worker and every release, never used for anything else. */
export function operationKey(sagaId: string, step: string, operation: 'action' | 'compensation'): string {
  return `${sagaId}/${step}/${operation}`;
}
