import type { CallbackResult, ChildOutcome, SagaEvent } from '../../src/saga/events.js';
import { evolve, replay } from '../../src/saga/evolve.js';
import type { Definition, Operation } from '../../src/saga/definition.js';
import type { Entry, Fact, FactType, SagaStarted } from '../../src/saga/facts.js';
import type { Json } from '../../src/saga/json.js';
import { next, type Command, type Plan } from '../../src/saga/next.js';
import { react, type Reaction } from '../../src/saga/react.js';
import { retryPolicyOf } from '../../src/saga/replies.js';
import type { Effect, Reply } from '../../src/saga/reply.js';
import { statusOf, viewOf, type SagaState, type SagaStatus, type StepState } from '../../src/saga/state.js';
import { stepError } from '../../src/saga/step-error.js';

export const SAGA_ID = '0190a6d2-7c1e-7000-8000-000000000001';
export const START = 1_700_000_000_000;

export const succeeded = (output: Json = null): Reply => ({ kind: 'succeeded', output });
export const accepted: Reply = { kind: 'accepted' };
export const rejected: Reply = { kind: 'rejected', error: stepError('http-409', 'sold out') };
export const refused = (wait = 5_000): Reply => ({ kind: 'refused', by: 'breaker', wait });
export const failed = (effect: Effect = 'none', retryAfter?: number): Reply => ({
  kind: 'failed',
  effect,
  error: effect === 'none' ? stepError('connection-refused', 'nobody listens') : stepError('timeout', 'no answer'),
  ...(retryAfter !== undefined && { retryAfter }),
});

/**
 * One saga as it is lived: what happens is said in the order in which it happens, each event becomes a journal entry.
 * After every entry the journal is replayed from its beginning and must give the same state.
 */
export class Story {
  readonly entries: Entry[];
  state: SagaState;
  now = START;
  /** What the last event was answered with. */
  last: Reaction = { facts: [] };

  constructor(
    readonly definition: Definition,
    start: Partial<SagaStarted> = {},
    /** Whether the journal is replayed after every entry. */
    private readonly isReplayed = true,
  ) {
    const { name, version } = definition;
    const started: SagaStarted = { type: 'saga-started', definition: name, version, input: null, ...start };
    this.entries = [{ seq: 1, at: START, by: 'api', facts: [started] }];
    this.state = replay(SAGA_ID, definition, this.entries);
  }

  /** Lets events come, all at once. */
  heed(...events: readonly SagaEvent[]): this {
    const { now } = this;
    this.last = react(this.state, events, { now, random: () => 0.5, retryPolicy: retryPolicyOf });
    const { facts } = this.last;
    if (facts.length === 0) return this;
    const entry: Entry = { seq: this.state.seq + 1, at: now, by: 'engine', facts };
    this.entries.push(entry);
    this.state = evolve(this.state, entry);
    if (this.isReplayed) expect(this.replayed()).toEqual(this.state);
    return this;
  }

  /** What the journal adds up to, read from its beginning. */
  replayed(): SagaState {
    return replay(SAGA_ID, this.definition, this.entries);
  }

  /** The participant answers the attempt that `next` asks for, or the one in flight. */
  reply(step: string, reply: Reply, operation: Operation = this.operationOf(step)): this {
    const attempt = this.is(step).attempts[operation] + 1;
    return this.heed({ type: 'reply', step, operation, attempt, reply });
  }

  /** Several steps succeed, one after the other. */
  succeed(...steps: readonly string[]): this {
    for (const step of steps) this.reply(step, succeeded({ of: step }));
    return this;
  }

  callback(step: string, result: CallbackResult, operation: Operation = 'action'): this {
    return this.heed({ type: 'callback', step, operation, result });
  }

  cancel(): this {
    return this.heed({ type: 'order', order: { verb: 'cancel' }, reason: 'changed my mind' });
  }

  lost(step: string, attested = false): this {
    return this.heed({ type: 'lost', step, attested });
  }

  childEnds(step: string, outcome: ChildOutcome): this {
    return this.heed({ type: 'child-ended', step, outcome });
  }

  /** Time passes; what falls due on the way is heeded when it does. */
  wait(ms: number): this {
    const end = this.now + ms;
    for (;;) {
      const { commands, wakeAt } = this.plan();
      if (commands.some(({ type }) => type === 'tick')) this.heed({ type: 'tick' });
      else if (wakeAt !== null && wakeAt <= end) this.now = wakeAt;
      else break;
    }
    this.now = end;
    return this;
  }

  plan(): Plan {
    return next(this.state, this.now);
  }

  /** What is to be done now, in short: `call action a #1`, `settle b`, `decide c` … */
  todo(): string[] {
    return this.plan().commands.map(inShort);
  }

  get status(): SagaStatus {
    return statusOf(this.state);
  }

  /** Statuses of all steps, in the order of the definition. */
  get steps(): string {
    return this.state.steps.map(({ status }) => status).join(' ');
  }

  /** Types of the facts that the last event gave. */
  get facts(): FactType[] {
    return this.last.facts.map(({ type }) => type);
  }

  /** Every fact of the journal so far. */
  get told(): readonly Fact[] {
    return this.entries.flatMap(({ facts }) => facts);
  }

  is(step: string): StepState {
    return viewOf(this.state, step).is;
  }

  private operationOf(step: string): Operation {
    const { status, stuck } = this.is(step);
    return status === 'compensating' || stuck?.operation === 'compensation' ? 'compensation' : 'action';
  }
}

export function inShort(command: Command): string {
  switch (command.type) {
    case 'call':
      return `call ${command.operation} ${command.step.name} #${command.attempt}`;
    case 'tick':
    case 'watch-parent':
      return command.type;
    default:
      return `${command.type} ${command.step.name}`;
  }
}
