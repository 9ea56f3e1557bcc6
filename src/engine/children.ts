import { uuidv7 } from 'uuidv7';
import { inheritance, outcomeOf, outcomeOfUndo } from '../saga/children.js';
import type { ChildStep } from '../saga/definition.js';
import type { ChildOutcome, SagaEvent } from '../saga/events.js';
import type { Reason } from '../saga/facts.js';
import type { ChosenChild, SagaState } from '../saga/state.js';
import { stepError } from '../saga/step-error.js';
import { MappingError } from '../saga/template.js';
import type { CompiledDefinitions } from './compiled-definitions.js';
import { InvalidInput, UnknownDefinition } from './engine-errors.js';
import type { Messages } from './messages.js';
import type { Recorder } from './recorder.js';
import type { Starts } from './starts.js';

/** Children of children of children …: deeper than this is taken for a definition that starts itself. */
const MAX_DEPTH = 16;

/** Child sagas: chosen by an entry of the parent, started under that id any number of times, watched, undone as a whole. */
export class Children {
  constructor(
    private readonly definitions: CompiledDefinitions,
    private readonly recorder: Recorder,
    private readonly starts: Starts,
    private readonly messages: Messages,
  ) {}

  /** Picks the version and the id, so that a crash after this can't start two children. */
  async choose(parent: SagaState, step: ChildStep): Promise<SagaEvent> {
    if ((parent.parent?.depth ?? 0) >= MAX_DEPTH) {
      const error = stepError('child-too-deep', `a saga can have ${MAX_DEPTH} generations of children, not more`);
      return { type: 'child-refused', step: step.name, child: null, error };
    }
    try {
      const { name, version } = await this.definitions.get(step.saga, step.version);
      return { type: 'child-chosen', step: step.name, child: uuidv7(), definition: name, version };
    } catch (err) {
      return refusal(step, null, err);
    }
  }

  async watch(parent: SagaState, step: ChildStep, chosen: ChosenChild): Promise<SagaEvent | null> {
    const child = await this.started(parent, step, chosen);
    return 'refused' in child ? child.refused : ended(step, outcomeOf(child.state));
  }

  /** A child that is not there yet is started first: nobody may start it once it counts as undone. */
  async undo(parent: SagaState, step: ChildStep, chosen: ChosenChild, reason: Reason): Promise<SagaEvent | null> {
    const child = await this.started(parent, step, chosen);
    if ('refused' in child) return child.refused;
    const message = `its parent turned back: ${reason.message}`;
    const { state, refused } = await this.messages.deliver(chosen.id, { type: 'undo', message }, `saga/${parent.id}`);
    return ended(step, outcomeOfUndo(state, refused));
  }

  /** Whether nothing will be undone any more: the parent, and so its root, has ended well or was settled by hand. */
  async watchParent(child: SagaState): Promise<SagaEvent | null> {
    const parent = await this.recorder.load(child.parent!.saga);
    const isOver = parent?.state.ended === 'completed' || (parent?.state.ended && parent.state.resolved);
    return isOver ? { type: 'parent-completed' } : null;
  }

  private async started(
    parent: SagaState,
    step: ChildStep,
    chosen: ChosenChild,
  ): Promise<{ readonly state: SagaState } | { readonly refused: SagaEvent }> {
    const existing = await this.recorder.load(chosen.id);
    if (existing) return existing;
    try {
      await this.starts.startChild({ ...chosen, ...(await inheritance(parent, step)) });
    } catch (err) {
      return { refused: refusal(step, chosen.id, err) };
    }
    return (await this.recorder.load(chosen.id))!;
  }
}

function ended(step: ChildStep, outcome: ChildOutcome | null): SagaEvent | null {
  return outcome && { type: 'child-ended', step: step.name, outcome };
}

/** @throws `err`, unless it says that the child can never be started */
function refusal(step: ChildStep, child: string | null, err: unknown): SagaEvent {
  if (err instanceof UnknownDefinition || err instanceof InvalidInput || err instanceof MappingError) {
    return { type: 'child-refused', step: step.name, child, error: stepError(err.code, err.message) };
  }
  throw err;
}
