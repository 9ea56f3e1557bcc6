import { attentionOf } from '../saga/attention.js';
import type { Plan } from '../saga/next.js';
import { statusOf, type SagaState } from '../saga/state.js';
import type { RowChange } from '../store/entry.js';

/** The row of a saga that ended, or that nobody drives until `plan.wakeAt` or a message. */
export function parkedRow(state: SagaState, plan: Plan): RowChange {
  return {
    status: statusOf(state),
    paused: state.paused,
    parked: true,
    due: state.ended ? null : plan.wakeAt,
    finished: state.ended !== null,
    attention: attentionOf(state),
  };
}

/** The row of a saga that somebody drives, or is about to. */
export function drivenRow(state: SagaState): RowChange {
  if (state.ended) return parkedRow(state, { commands: [], wakeAt: null });
  return {
    status: statusOf(state),
    paused: state.paused,
    parked: false,
    due: 'lease',
    finished: false,
    attention: attentionOf(state),
  };
}

/** Sagas that have to look again because of what `after` says: the parent of one that came to an end, and its children. */
export function concerned(before: SagaState, after: SagaState): string[] {
  const hasEnded = (after.ended !== null && before.ended === null) || (after.prepared && !before.prepared);
  if (!hasEnded) return [];
  const children = after.ended ? after.steps.flatMap((step) => (step.child ? [step.child.id] : [])) : [];
  return after.parent ? [after.parent.saga, ...children] : children;
}
