import type { CallStep, Operation, Step, Target } from './definition.js';
import * as read from './definition-readings.js';
import type { Fact } from './facts.js';
import type { Binding } from './order.js';
import { Place, type Problem } from './problems.js';
import { record } from './readings.js';
import type { StepState, StepView } from './state.js';
import type { CompiledTemplate } from './template-compiler.js';

interface Compiled {
  readonly participant?: string;
  readonly path?: CompiledTemplate;
  readonly body?: CompiledTemplate;
}

const readBinding = record<Compiled>({ participant: read.stepName, path: read.path, body: read.template });

/** A binding never changes, so what was compiled for one holds for as long as it is there. */
const compiled = new WeakMap<Binding, Compiled>();

/** The step as an operation of it is carried out in this saga. */
export function bound<S extends Step>(step: S, { bindings }: Pick<StepState, 'bindings'>, operation: Operation): S {
  if (!bindings || step.type !== 'call') return step;
  // A compensation is told what the action was sent.
  const done = mended(step, 'action', bindings.action);
  return (operation === 'action' ? done : mended(done, 'compensation', bindings.compensation)) as S;
}

/** Who is asked about the step now. */
export function participantOf({ step, is }: StepView): string | null {
  if (step.type !== 'call') return null;
  return bound(step, is, is.stuck?.operation ?? (is.status === 'compensating' ? 'compensation' : 'action')).participant;
}

function mended(step: CallStep, operation: Operation, binding: Binding | undefined): CallStep {
  const target = targetOf(step, operation);
  if (!binding || !target) return step;
  const { participant = step.participant, path = target.path, body = target.body } = compile(binding);
  return { ...step, participant, [operation]: { ...target, path, ...(body && { body }) } };
}

/** What changes when an operator has given an operation another target. */
export function rebound(
  is: StepState,
  { operation, participant, path, body }: Extract<Fact, { type: 'step-rebound' }>,
): Partial<StepState> {
  const binding: Binding = {
    ...is.bindings?.[operation],
    ...(participant !== undefined && { participant }),
    ...(path !== undefined && { path }),
    ...(body !== undefined && { body }),
  };
  const bindings = { ...is.bindings, [operation]: binding };
  if (participant === undefined) return { bindings };
  // The place in a queue that a policy has given it was one of the participant before.
  const wait = is.wait?.for === 'release' ? null : is.wait;
  if (operation === 'compensation') return { bindings, wait };
  // Who does it is also who undoes it.
  return { wait, bindings: { ...bindings, compensation: { ...is.bindings?.compensation, participant } } };
}

/** Everything that is wrong with a binding for this step, each with a pointer into it. */
export function problemsOf(binding: Binding, step: CallStep, operation: Operation, steps: readonly Step[]): Problem[] {
  const problems: Problem[] = [];
  const { path, body } = readBinding(binding, new Place(problems)) ?? {};
  for (const { step: name, place } of [...(path?.reads ?? []), ...(body?.reads ?? [])]) {
    const other = steps.find((s) => s.name === name);
    if (!other) place.refuse(`reads steps.${name}, but no step is called that`);
    else if (!sees(step, operation, other)) place.refuse(`reads steps.${name}, which may not be done by then`);
  }
  return problems;
}

/** The same that {@link actionScope} and {@link compensationScope} let be seen. */
function sees(step: CallStep, operation: Operation, other: Step): boolean {
  if (other.followers.includes(step.index)) return true;
  return operation === 'compensation' && (other.index === step.index || step.followers.includes(other.index));
}

function targetOf(step: CallStep, operation: Operation): Target | null {
  return operation === 'action' ? step.action : step.compensation;
}

function compile(binding: Binding): Compiled {
  let result = compiled.get(binding);
  if (!result) compiled.set(binding, (result = readBinding(binding, new Place([])) ?? {}));
  return result;
}
