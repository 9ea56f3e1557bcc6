import { inheritance, outcomeOf, outcomeOfUndo } from '../../../src/saga/children.js';
import type { ChildOutcome, SagaEvent } from '../../../src/saga/events.js';
import type { Parent } from '../../../src/saga/facts.js';
import type { Json } from '../../../src/saga/json.js';
import type { Command } from '../../../src/saga/next.js';
import type { SagaState } from '../../../src/saga/state.js';
import { stepError } from '../../../src/saga/step-error.js';
import { MappingError } from '../../../src/saga/template.js';
import type { LiveSaga, Outcome } from './live-saga.js';
import { SagaTestSetupError } from './test-errors.js';

/** What a family of sagas needs of the one who drives them. */
export interface Household {
  /** Epoch ms, in virtual time. */
  readonly now: number;
  readonly sagas: ReadonlyMap<string, LiveSaga>;
  newId(): string;
  /** @throws {SagaTestSetupError} if the input fails the definition's schema */
  start(id: string, definition: string, input: Json, parent: Parent): LiveSaga;
  heed(saga: LiveSaga, event: SagaEvent, by: string): Promise<Outcome>;
}

type Relation = Extract<Command, { type: 'choose-child' | 'watch-child' | 'undo-child' | 'watch-parent' }>;

/** Carries out what a saga wants of its parent or its child; `null` when there is nothing to say yet. */
export async function relate(house: Household, { state }: LiveSaga, command: Relation): Promise<SagaEvent | null> {
  switch (command.type) {
    case 'choose-child': {
      const { name, saga } = command.step;
      return {
        type: 'child-chosen',
        step: name,
        child: house.newId(),
        definition: saga,
        version: command.step.version ?? 1,
      };
    }
    case 'watch-child': {
      const child = await startedChild(house, state, command);
      return 'refused' in child ? child.refused : ended(command.step.name, outcomeOf(child.state));
    }
    case 'undo-child': {
      const child = await startedChild(house, state, command);
      if ('refused' in child) return child.refused;
      const message = `its parent turned back: ${command.reason.message}`;
      const { refused } = await house.heed(child, { type: 'undo', message }, `saga/${state.id}`);
      return ended(command.step.name, outcomeOfUndo(child.state, refused));
    }
    case 'watch-parent': {
      const parent = house.sagas.get(state.parent!.saga);
      return parent?.state.ended === 'completed' ? { type: 'parent-completed' } : null;
    }
  }
}

/** The child, started under the id that its parent chose; or what to say if it can't be. */
async function startedChild(
  house: Household,
  parent: SagaState,
  { step, child }: Extract<Command, { type: 'watch-child' | 'undo-child' }>,
): Promise<LiveSaga | { readonly refused: SagaEvent }> {
  const existing = house.sagas.get(child.id);
  if (existing) return existing;
  try {
    const { input, parent: kin } = await inheritance(parent, step);
    return house.start(child.id, child.definition, input, kin);
  } catch (error) {
    if (!(error instanceof MappingError || error instanceof SagaTestSetupError)) throw error;
    const code = error instanceof MappingError ? error.code : 'invalid-input';
    return {
      refused: { type: 'child-refused', step: step.name, child: child.id, error: stepError(code, error.message) },
    };
  }
}

function ended(step: string, outcome: ChildOutcome | null): SagaEvent | null {
  return outcome && { type: 'child-ended', step, outcome };
}
