import { inspect, isDeepStrictEqual } from 'node:util';
import type { Entry, Reason } from '../../../src/saga/facts.js';
import type { Json } from '../../../src/saga/json.js';
import type { StepError } from '../../../src/saga/reply.js';
import { statusOf, type SagaState, type SagaStatus, type StepStatus } from '../../../src/saga/state.js';
import type { LiveSaga } from './live-saga.js';
import type { Orchestrator } from './orchestrator.js';
import type { RecordedCall } from './post.js';
import { SagaExpectationError } from './test-errors.js';
import { spoken, timelineOf } from './timeline.js';

/** How a step stood at the end of a run. */
export interface StepOutcome {
  readonly name: string;
  readonly status: StepStatus;
  readonly attempts: { readonly action: number; readonly compensation: number };
  readonly output: Json;
  readonly error: StepError | null;
}

/** One saga of the family, as it stood at the end of a run. */
export interface SagaOutcome {
  readonly id: string;
  /** Name of its definition. */
  readonly definition: string;
  readonly status: SagaStatus;
  readonly output: Json;
  /** Why it turned back; `null` if it didn't. */
  readonly reason: Reason | null;
  /** In definition order. */
  readonly steps: readonly StepOutcome[];
  /** Every entry of its journal, as the server would have written it. */
  readonly journal: readonly Entry[];
}

/** What is in force at the participants, before and after a run. */
export interface Effects {
  readonly before: unknown;
  readonly after: unknown;
}

/** A saga that has been run in a test, and all that happened on the way. Its `expect…` methods throw, or return it. */
export class Run implements SagaOutcome {
  readonly id: string;
  readonly definition: string;
  readonly status: SagaStatus;
  readonly output: Json;
  readonly reason: Reason | null;
  readonly steps: readonly StepOutcome[];
  readonly journal: readonly Entry[];
  /** Child sagas, theirs included, in the order in which they were started. */
  readonly children: readonly SagaOutcome[];
  /** Every call of a participant, in order. */
  readonly calls: readonly RecordedCall[];
  /** How long it took, in virtual time: ms. */
  readonly elapsed: number;

  /** @internal */
  constructor(
    root: LiveSaga,
    private readonly orchestrator: Orchestrator,
    /** `null` if the setup doesn't say. */
    readonly effects: Effects | null,
  ) {
    const own = outcomeOf(root);
    this.id = own.id;
    this.definition = own.definition;
    this.status = own.status;
    this.output = own.output;
    this.reason = own.reason;
    this.steps = own.steps;
    this.journal = own.journal;
    this.children = [...orchestrator.sagas.values()].filter((saga) => saga !== root).map(outcomeOf);
    this.calls = orchestrator.happenings.flatMap((happening) => (happening.type === 'call' ? happening.call : []));
    this.elapsed = root.state.finishedAt === null ? orchestrator.elapsed : root.state.finishedAt - root.state.startedAt;
  }

  /** How the step of this name stood at the end. */
  step(name: string): StepOutcome {
    const step = this.steps.find((other) => other.name === name);
    return (
      step ?? this.fail(`Expected a step ${name}, but there are ${this.steps.map((other) => other.name).join(', ')}.`)
    );
  }

  /** @param output what the saga must have answered with; absent: anything */
  expectCompleted(output?: unknown): this {
    if (this.status !== 'completed') this.fail('Expected the saga to be completed.');
    if (output !== undefined && !isDeepStrictEqual(this.output, plain(output))) {
      this.fail(`Expected the output ${JSON.stringify(output)}, but it is ${JSON.stringify(this.output)}.`);
    }
    return this;
  }

  /**
   * Expects the saga to be compensated, and if the setup tells its effects, that they are what they were before.
   * @param steps names of exactly those that must have been undone, in whichever order; absent: any
   */
  expectCompensated(steps?: readonly string[]): this {
    if (this.status !== 'compensated') this.fail('Expected the saga to be compensated.');
    const undone = this.steps.filter(({ status }) => status === 'compensated').map(({ name }) => name);
    if (steps && !isDeepStrictEqual([...steps].sort(), [...undone].sort())) {
      this.fail(`Expected these steps to be undone: ${list(steps)}; but these were: ${list(undone)}.`);
    }
    const residue = residueOf(this);
    if (residue !== null) this.fail(`Expected nothing to be left, but ${residue}.`);
    return this;
  }

  /** @param step name of the step that an operator must look at; absent: any */
  expectStuck(step?: string): this {
    if (this.status !== 'stuck') this.fail('Expected the saga to be stuck.');
    if (step !== undefined && this.step(step).status !== 'stuck')
      this.fail(`Expected the saga to be stuck at ${step}.`);
    return this;
  }

  /** Expects that the saga can't go on before something comes from outside, or that it was still trying at the end. */
  expectUnfinished(): this {
    if (this.status !== 'running' && this.status !== 'compensating') this.fail('Expected the saga to be unfinished.');
    return this;
  }

  /** All that happened, for people. */
  toString(): string {
    const why = this.reason ? `: ${this.reason.code} (${this.reason.message})` : '';
    const { happenings, isCutShort } = this.orchestrator;
    const lines = timelineOf(happenings, this.definition).join('\n');
    const patience = isCutShort ? '\n            … and so on: the test lost patience' : '';
    return `${this.definition} was ${this.status} after ${spoken(this.elapsed)}${why}\n${lines}${patience}`;
  }

  /** @throws {SagaExpectationError} always */
  fail(expectation: string): never {
    throw new SagaExpectationError(expectation, this.toString());
  }
}

/** What a saga that was compensated has left at its participants, as half a sentence; `null`: nothing that is known. */
export function residueOf({ status, effects }: Run): string | null {
  if (status !== 'compensated' || !effects || isDeepStrictEqual(effects.before, effects.after)) return null;
  return `the saga is compensated, and the effects went from ${show(effects.before)} to ${show(effects.after)}`;
}

function outcomeOf({ state, entries }: LiveSaga): SagaOutcome {
  return {
    id: state.id,
    definition: state.definition.name,
    status: statusOf(state),
    output: state.output,
    reason: state.reason,
    steps: state.steps.map(stepOutcome),
    journal: [...entries],
  };
}

function stepOutcome({ name, status, attempts, output, error }: SagaState['steps'][number]): StepOutcome {
  return { name, status, attempts, output, error };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Maps and sets, too, as people read them. */
export function show(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 5, sorted: true });
}
