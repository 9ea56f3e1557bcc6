import { uuidv7 } from 'uuidv7';
import type { ChildStep, Step } from '../saga/definition.js';
import type { ChildOutcome, SagaEvent } from '../saga/events.js';
import type { Reason } from '../saga/facts.js';
import { actionScope } from '../saga/scope.js';
import type { SagaState, StepState } from '../saga/state.js';
import { stepError } from '../saga/step-error.js';
import { MappingError } from '../saga/template.js';
import type { CompiledDefinitions } from './compiled-definitions.js';
import { InvalidInput, UnknownDefinition } from './engine-errors.js';
import type { Messages } from './messages.js';
import type { Recorder } from './recorder.js';
import type { Starts } from './starts.js';

type Child = NonNullable<StepState['child']>;

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
      return { type: 'child-refused', step: step.name, error };
    }
    try {
      const { name, version } = await this.definitions.get(step.saga, step.version);
      return { type: 'child-chosen', step: step.name, child: uuidv7(), definition: name, version };
    } catch (err) {
      return refusal(step, err);
    }
  }

  async watch(parent: SagaState, step: Step, child: Child): Promise<SagaEvent | null> {
    try {
      const outcome = outcomeOf(await this.started(parent, step as ChildStep, child));
      return outcome && { type: 'child-ended', step: step.name, outcome };
    } catch (err) {
      return refusal(step, err);
    }
  }

  async undo(parent: SagaState, step: Step, child: Child, reason: Reason): Promise<SagaEvent | null> {
    await this.started(parent, step as ChildStep, child);
    const message = `its parent turned back: ${reason.message}`;
    const { state, refused } = await this.messages.deliver(child.id, { type: 'undo', message }, `saga/${parent.id}`);
    const outcome: ChildOutcome | null = refused
      ? { kind: 'not-undoable', message: refused.message }
      : state.ended === 'compensated'
        ? { kind: 'compensated', message: state.reason?.message ?? 'undone' }
        : null;
    return outcome && { type: 'child-ended', step: step.name, outcome };
  }

  /** Whether nothing will be undone any more: the parent, and so its root, has ended well. */
  async watchParent(child: SagaState): Promise<SagaEvent | null> {
    const parent = await this.recorder.load(child.parent!.saga);
    return parent?.state.ended === 'completed' ? { type: 'parent-completed' } : null;
  }

  private async started(parent: SagaState, step: ChildStep, child: Child): Promise<SagaState> {
    const existing = await this.recorder.load(child.id);
    if (existing) return existing.state;
    const input = step.input ? await step.input.evaluate(actionScope(parent, step)) : parent.input;
    await this.starts.startChild({
      id: child.id,
      definition: child.definition,
      version: child.version,
      input,
      parent: {
        saga: parent.id,
        step: step.name,
        root: parent.parent?.root ?? parent.id,
        depth: (parent.parent?.depth ?? 0) + 1,
      },
    });
    return (await this.recorder.load(child.id))!.state;
  }
}

function outcomeOf(child: SagaState): ChildOutcome | null {
  if (child.prepared || child.ended === 'completed') return { kind: 'prepared', output: child.output };
  if (child.ended === 'compensated') {
    return { kind: 'compensated', message: child.reason?.message ?? 'the child saga was undone' };
  }
  return null;
}

function refusal(step: Step, err: unknown): SagaEvent {
  if (err instanceof UnknownDefinition || err instanceof InvalidInput || err instanceof MappingError) {
    return { type: 'child-refused', step: step.name, error: stepError(err.code, err.message) };
  }
  throw err;
}
