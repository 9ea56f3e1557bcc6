import { participantOf } from './binding.js';
import type { Operation } from './definition.js';
import type { StepError } from './reply.js';
import { stepViews, type SagaState, type StepState } from './state.js';

/** What an operator sees of a saga that can't go on by itself, or that goes on trying. */
export interface Attention extends StepError {
  readonly kind: 'stuck' | 'retrying';
  /** `null`: the saga as a whole was set aside. */
  readonly step: string | null;
  readonly participant: string | null;
  readonly operation: Operation | null;
  /** Epoch ms. */
  readonly since: number;
}

/** The first thing about a saga that calls for attention; stuck before retrying. */
export function attentionOf(state: SagaState): Attention | null {
  if (state.ended) return null;
  if (state.setAside) {
    const { error, since } = state.setAside;
    return { kind: 'stuck', step: null, participant: null, operation: null, since, ...error };
  }
  let retrying: Attention | null = null;
  for (const { step, is } of stepViews(state)) {
    if (!is.error) continue;
    const participant = participantOf({ step, is });
    if (is.stuck && is.status === 'stuck') {
      return { kind: 'stuck', step: step.name, participant, ...is.stuck, ...is.error };
    }
    const operation = is.status === 'compensating' ? 'compensation' : 'action';
    if (!retrying && waitsForAnotherAttempt(is, operation)) {
      const since = (operation === 'action' ? is.startedAt : is.compensationStartedAt) ?? state.startedAt;
      retrying = { kind: 'retrying', step: step.name, participant, operation, since, ...is.error };
    }
  }
  return retrying;
}

/** After one that failed; a policy may hold the next one back. What was held back before its first attempt has met no trouble. */
function waitsForAnotherAttempt({ wait, attempts }: StepState, operation: Operation): boolean {
  return wait?.for === 'retry' || (wait?.for === 'release' && attempts[operation] > 0);
}
