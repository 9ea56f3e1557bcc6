import { problemsOf } from './binding.js';
import type { CallStep, Operation } from './definition.js';
import type { Fact } from './facts.js';
import type { Binding, Rebinding } from './order.js';
import { unknownStep, type Refusal } from './refusal.js';
import { stepViews, type SagaState, type StepState } from './state.js';

/** An attempt that is due sooner than this may be going out at this moment, ms: clocks of two processes differ a little. */
const IMMINENT = 5_000;

/**
 * The operator's "rebind": from now on the operation has another target or body, in this saga only. If it is stuck, or
 * waits for its next attempt, it is tried at once.
 */
export function rebind(
  state: SagaState,
  order: Rebinding,
  { now }: { readonly now: number },
): readonly Fact[] | Refusal {
  const view = stepViews(state).find(({ step }) => step.name === order.step);
  if (!view) return unknownStep(state.definition, order.step);
  const { step, is } = view;
  if (step.type !== 'call') return nothing(`${step.name} calls no participant`);
  const operation = order.operation ?? nextOperation(state, is);
  const { participant, path, body } = order;
  const binding: Binding = {
    ...(participant !== undefined && { participant }),
    ...(path !== undefined && { path }),
    ...(body !== undefined && { body }),
  };
  const no = whyNot(state, step, is, operation, binding, now);
  if (no) return no;

  const rebound: Fact = { type: 'step-rebound', step: step.name, operation, ...binding };
  if (!isWaiting(is, operation) || state.direction === 'turning') return [rebound];
  return [rebound, { type: 'retry-ordered', step: step.name, operation }];
}

function nextOperation(state: SagaState, is: StepState): Operation {
  if (is.stuck && is.status === 'stuck') return is.stuck.operation;
  return isYetToCome(state, is) ? 'action' : 'compensation';
}

function isYetToCome({ direction }: SagaState, { status }: StepState): boolean {
  return direction !== 'back' && (status === 'pending' || status === 'running' || status === 'waiting');
}

/** Whether the operation stands still until it is tried again. */
function isWaiting(is: StepState, operation: Operation): boolean {
  if (is.status === 'stuck') return is.stuck?.operation === operation;
  const isUnderWay = is.status === (operation === 'action' ? 'running' : 'compensating');
  return isUnderWay && (is.wait?.for === 'retry' || is.wait?.for === 'release');
}

function whyNot(
  state: SagaState,
  step: CallStep,
  is: StepState,
  operation: Operation,
  binding: Binding,
  now: number,
): Refusal | null {
  if (operation === 'compensation') {
    if (!step.compensation) return nothing(`${step.name} has no compensation`);
    if (is.status === 'compensated') return nothing(`${step.name} is compensated already`);
  } else if (!isYetToCome(state, is) && !(is.status === 'stuck' && is.stuck?.operation === 'action')) {
    return nothing(`the action of ${step.name} is over: the step is ${is.status}`);
  } else if (state.direction === 'back') {
    return nothing(`the saga has turned back: the action of ${step.name} will not be tried again`);
  } else if (binding.participant !== undefined && binding.participant !== step.participant && mayBeThere(is, now)) {
    const message =
      `${step.name} may have taken effect at ${step.participant}, or is just being tried there: sent to another ` +
      'participant it could take effect twice. Rebind its path or body, or skip it';
    return { code: 'in-doubt', message };
  }
  if (Object.keys(binding).length === 0) return invalid('give at least one of participant, path and body');
  const problems = problemsOf(binding, step, operation, state.definition.steps);
  return problems.length === 0
    ? null
    : invalid(problems.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`).join('; '));
}

/** Whether an attempt of the action may have reached its participant without anybody knowing what came of it. */
function mayBeThere(is: StepState, now: number): boolean {
  if (is.inDoubt || is.status === 'waiting') return true;
  if (is.status !== 'running') return false;
  return is.wait === null || (is.wait.for === 'retry' && is.wait.until < now + IMMINENT);
}

function nothing(message: string): Refusal {
  return { code: 'nothing-to-rebind', message };
}

function invalid(message: string): Refusal {
  return { code: 'invalid-binding', message };
}
