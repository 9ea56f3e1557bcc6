import type { RetryPolicy } from './backoff.js';
import type { CallStep, Operation } from './definition.js';
import { advance } from './evolve.js';
import type { Fact } from './facts.js';
import { recordable } from './redaction.js';
import { viewOf, type SagaState, type StepView } from './state.js';

/** What a decision needs to know besides the saga: time, chance and the policies in force. Passed in, never fetched. */
export interface Circumstances {
  /** Epoch ms by the database's clock. */
  readonly now: number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** The retry policy in force for an operation of a step: definition over participant over default. */
  readonly retryPolicy: (step: CallStep, operation: Operation) => RetryPolicy;
}

/** Facts as they are being decided, and the state as if they were already recorded. */
export class Transition {
  readonly facts: Fact[] = [];

  constructor(
    public state: SagaState,
    readonly circumstances: Circumstances,
  ) {}

  get now(): number {
    return this.circumstances.now;
  }

  record(decided: Fact): void {
    const fact = recordable(this.state, decided);
    this.facts.push(fact);
    this.state = advance(this.state, fact, this.now);
  }

  view(step: string): StepView {
    return viewOf(this.state, step);
  }
}
