import type { ChildStep } from './definition.js';
import type { ChildOutcome, SagaEvent } from './events.js';
import type { Parent } from './facts.js';
import type { Json } from './json.js';
import type { Refusal } from './refusal.js';
import { actionScope } from './scope.js';
import type { SagaState } from './state.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';

type ChildEvent = Extract<SagaEvent, { type: 'child-chosen' | 'child-refused' | 'child-ended' }>;

/** What happens to the step of a parent whose child saga is chosen, refused or has come to an end. */
export function heedChild(transition: Transition, event: ChildEvent): void {
  const { is } = transition.view(event.step);
  switch (event.type) {
    case 'child-chosen':
      if (is.status === 'running' && !is.child && transition.state.direction === 'forward') {
        const { step, child, definition, version } = event;
        transition.record({ type: 'child-requested', step, child, definition, version });
      }
      return;
    case 'child-refused':
      // A driver that could choose none may come after one that could: that child is not the one refused.
      if ((is.child?.id ?? null) !== event.child) return;
      // Also when the saga is turning back by now: what never started has nothing to undo.
      if (is.status === 'running' || is.status === 'compensating') {
        transition.record({ type: 'step-rejected', step: event.step, error: event.error });
      }
      return;
    case 'child-ended':
      heedOutcome(transition, event);
      return;
  }
}

function heedOutcome(transition: Transition, { step, outcome }: Extract<ChildEvent, { type: 'child-ended' }>): void {
  const { is } = transition.view(step);
  switch (outcome.kind) {
    case 'prepared':
      if (is.status === 'running') transition.record({ type: 'step-succeeded', step, output: outcome.output });
      return;
    case 'compensated':
      if (is.status === 'running') {
        const error = stepError('child-compensated', outcome.message);
        transition.record({ type: 'step-rejected', step, error });
      } else if (is.status === 'compensating') {
        transition.record({ type: 'step-compensated', step });
      }
      return;
    case 'not-undoable':
      if (is.status === 'compensating') {
        const error = stepError('child-past-pivot', outcome.message);
        transition.record({ type: 'step-stuck', step, operation: 'compensation', error });
      }
      return;
  }
}

/** What a child gets from its parent: the same however often and by whomever it is started. */
export interface Inheritance {
  readonly input: Json;
  readonly parent: Parent;
}

/** @throws {MappingError} if the input can't be computed */
export async function inheritance(parent: SagaState, step: ChildStep): Promise<Inheritance> {
  return {
    input: step.input ? await step.input.evaluate(actionScope(parent, step)) : parent.input,
    parent: {
      saga: parent.id,
      step: step.name,
      root: parent.parent?.root ?? parent.id,
      depth: (parent.parent?.depth ?? 0) + 1,
    },
  };
}

/** What a parent that waits for its child hears of it; `null`: nothing yet. */
export function outcomeOf(child: SagaState): ChildOutcome | null {
  if (child.prepared || child.ended === 'completed') return { kind: 'prepared', output: child.output };
  if (child.ended !== 'compensated') return null;
  return { kind: 'compensated', message: child.reason?.message ?? 'the child saga was undone' };
}

/** What a parent that wants its child undone hears of it; `null`: it is being undone. */
export function outcomeOfUndo(child: SagaState, refused: Refusal | undefined): ChildOutcome | null {
  if (refused) return { kind: 'not-undoable', message: refused.message };
  return child.ended === 'compensated' ? outcomeOf(child) : null;
}
