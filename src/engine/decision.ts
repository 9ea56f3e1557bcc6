import type { Fact } from '../saga/facts.js';
import type { Refusal } from '../saga/refusal.js';
import type { SagaState } from '../saga/state.js';

/** A transition as decided: the facts, and the state if they are recorded. */
export interface Decision {
  readonly before: SagaState;
  readonly after: SagaState;
  readonly facts: readonly Fact[];
  readonly refused?: Refusal;
}
