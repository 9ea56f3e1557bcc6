import type { Fact } from './facts.js';
import type { Refusal } from './refusal.js';
import { isPastPivot, stepViews, type SagaState } from './state.js';
import { stepError } from './step-error.js';
import { turned } from './turning.js';

interface Given {
  readonly reason: string;
}

export const PAST_PIVOT: Refusal = {
  code: 'past-pivot',
  message: 'the pivot has succeeded: from there on the saga can only go forward',
};

/** Turns back, as a client may want it; a saga that does so already is left alone. */
export function cancel(state: SagaState, _: unknown, { reason }: Given): readonly Fact[] | Refusal {
  if (state.direction !== 'forward') return [];
  if (isPastPivot(state)) return PAST_PIVOT;
  return [turned(state, { code: 'cancelled', message: reason })];
}

/**
 * The operator's "turn back from here". A pivot that is stuck because nobody knows whether it took effect is settled by
 * that: the operator knows that it did not.
 */
export function compensate(state: SagaState, _: unknown, { reason }: Given): readonly Fact[] | Refusal {
  if (isPastPivot(state)) return PAST_PIVOT;
  const isStuckPivot = ({ step, is }: ReturnType<typeof stepViews>[number]): boolean =>
    step.kind === 'pivot' && is.status === 'stuck';
  const pivots = stepViews(state).filter(isStuckPivot);
  if (state.direction === 'back' || (state.direction === 'turning' && pivots.length === 0)) {
    const message =
      state.direction === 'back'
        ? 'the saga turns back already'
        : 'the saga turns back already, unless the pivot that is in flight turns out to have succeeded';
    return { code: 'already-compensating', message };
  }
  const failed = pivots.map(({ step }): Fact => {
    const error = stepError('settled-by-order', `an operator has said that ${step.name} took no effect`);
    return { type: 'step-failed', step: step.name, error };
  });
  // With the last pivot settled, a saga that was turning turns back by itself.
  if (state.direction === 'turning') return failed;
  return [...failed, turned(state, { code: 'ordered', message: reason }, ({ is }) => is.status !== 'stuck')];
}
