import type { SagaState } from '../saga/state.js';
import { MOMENT } from './engine-options.js';

/** Most states kept: the rest is read from Postgres, which costs time and nothing else. */
const CAPACITY = 5_000;

/** A hint of ours sent this long after its saga was put here is another, later one. Must stay below {@link MOMENT}. In ms. */
const SAME_HINT = MOMENT * 0.8;

/**
 * States that this process knows because it has just made them durable, on their way through the queue. When the hint
 * comes back here, as it does with one process, nothing has to be read. A stale copy would lose at the fence.
 */
export class HandedOver {
  private readonly states = new Map<string, { readonly state: SagaState; readonly at: number }>();

  put(state: SagaState, at: number): void {
    this.states.delete(state.id);
    if (this.states.size >= CAPACITY) this.states.delete(this.states.keys().next().value!);
    this.states.set(state.id, { state, at });
  }

  /** A newer state of a saga that is still under way here. */
  update(state: SagaState): void {
    const known = this.states.get(state.id);
    if (known && known.state.seq < state.seq) this.states.set(state.id, { ...known, state });
  }

  /**
   * @param wokenAt when the hint was given, by the clock of `put`
   * @param isOurs whether this process gave it; another one has moved the saga before it did
   */
  take(sagaId: string, wokenAt: number, isOurs: boolean): SagaState | null {
    const known = this.states.get(sagaId);
    this.states.delete(sagaId);
    return known && isOurs && wokenAt - known.at < SAME_HINT ? known.state : null;
  }
}
