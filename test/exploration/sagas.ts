import type { Definition } from '../../src/saga/definition.js';
import type { SagaEvent } from '../../src/saga/events.js';
import { evolve, replay } from '../../src/saga/evolve.js';
import type { Fact } from '../../src/saga/facts.js';
import { next, type Plan } from '../../src/saga/next.js';
import { react } from '../../src/saga/react.js';
import { retryPolicyOf } from '../../src/saga/replies.js';
import type { SagaState } from '../../src/saga/state.js';
import { SAGA_ID } from '../saga/story.js';

/** The core as it is shipped, with two places at which a mutant may get in between. */
export interface Rules {
  readonly hear?: (event: SagaEvent) => SagaEvent;
  readonly decide?: (facts: readonly Fact[]) => readonly Fact[];
  /** The definition as the engine sees it. */
  readonly definition?: (definition: Definition) => Definition;
}

/**
 * The states that one saga can be in, by number, and what the core makes of them. Equal states have equal numbers, however
 * they were reached, so that worlds can be compared; and no question is asked of the core twice.
 */
export class Sagas {
  private readonly states: SagaState[] = [];
  private readonly ids = new Map<string, number>();
  private readonly plans = new Map<string, Plan>();
  private readonly decisions = new Map<string, readonly Fact[]>();
  private readonly appended = new Map<string, number>();

  constructor(
    definition: Definition,
    private readonly rules: Rules = {},
  ) {
    const seen = rules.definition?.(definition) ?? definition;
    const fact: Fact = { type: 'saga-started', definition: seen.name, version: seen.version, input: null };
    this.add(replay(SAGA_ID, seen, [{ seq: 1, at: 0, by: 'api', facts: [fact] }]));
  }

  /** Number of the state of a saga that was just accepted. */
  readonly accepted = 0;

  state(id: number): SagaState {
    return this.states[id]!;
  }

  plan(id: number, now: number): Plan {
    return remembered(this.plans, `${id}@${now}`, () => next(this.state(id), now));
  }

  /** The facts that events mean to a driver that knows the saga as `id`; none also when they are refused. */
  decide(id: number, events: readonly SagaEvent[], now: number): readonly Fact[] {
    return remembered(this.decisions, `${id}@${now}${events.map(keyOfEvent).join()}`, () => {
      const { hear = (event) => event, decide = (facts) => facts } = this.rules;
      const circumstances = { now, random: () => 0, retryPolicy: retryPolicyOf };
      return decide(react(this.state(id), events.map(hear), circumstances).facts);
    });
  }

  append(head: number, facts: readonly Fact[], now: number): number {
    return remembered(this.appended, `${head}@${now}${keyOfFacts(facts)}`, () => {
      const state = this.state(head);
      return this.add(evolve(state, { seq: state.seq + 1, at: now, by: 'engine', facts }));
    });
  }

  private add(state: SagaState): number {
    return remembered(this.ids, JSON.stringify({ ...state, definition: null }), () => this.states.push(state) - 1);
  }
}

function keyOfEvent(event: SagaEvent): string {
  switch (event.type) {
    case 'reply': {
      const effect = event.reply.kind === 'failed' ? event.reply.effect : '';
      return `${event.step}${event.operation}${event.attempt}${event.reply.kind}${effect}`;
    }
    case 'lost':
      return `lost${event.step}${event.attested}`;
    default:
      return JSON.stringify(event);
  }
}

/** Decisions are remembered, so that the same list of facts is the same object; a list decided elsewhere has another number. */
const numbers = new WeakMap<readonly Fact[], number>();
let counted = 0;

function keyOfFacts(facts: readonly Fact[]): string {
  let number = numbers.get(facts);
  if (number === undefined) numbers.set(facts, (number = counted++));
  return `#${number}`;
}

function remembered<T>(known: Map<string, T>, key: string, find: () => T): T {
  const value = known.get(key);
  if (value !== undefined) return value;
  const found = find();
  known.set(key, found);
  return found;
}
