import { attentionOf } from './attention.js';
import type { SagaOrder } from './order.js';
import type { StepError } from './reply.js';
import type { SagaState, StepState } from './state.js';

/** What came of an order to one saga, as far as the saga shows it. */
export interface Judgement {
  readonly outcome: 'pending' | 'succeeded' | 'failed';
  /** What it is stuck at, or keeps trying, since. */
  readonly error?: StepError;
}

const PENDING: Judgement = { outcome: 'pending' };
const SUCCEEDED: Judgement = { outcome: 'succeeded' };

/**
 * Whether an order has helped. That it was taken says nothing: what an order to try again is worth is seen at the next
 * attempt, so until that has been made the judgement is `pending`. Other orders are judged by how the saga is at once.
 * @param orderedSeq number of the entry by which the saga took the order
 */
export function judge(order: SagaOrder, state: SagaState, orderedSeq: number): Judgement {
  switch (order.verb) {
    case 'retry': {
      const steps = state.steps.filter(({ renewal }) => renewal !== null);
      // Without a step to try again it was set aside, and shows whether it can be driven by its next entry.
      const hasMoved = steps.length > 0 || state.seq > orderedSeq;
      return ended(state) ?? stillStuck(state) ?? (hasMoved ? worst(steps.map(attempted)) : PENDING);
    }
    case 'rebind': {
      const steps = state.steps.filter(({ name, renewal }) => name === order.step && renewal !== null);
      return ended(state) ?? stillStuck(state) ?? worst(steps.map(attempted));
    }
    case 'skip':
    case 'compensate':
    case 'cancel':
      return stillStuck(state) ?? SUCCEEDED;
    case 'resolve':
    case 'pause':
    case 'resume':
      return SUCCEEDED; // it was taken, and there is nothing more to it
  }
}

function ended(state: SagaState): Judgement | null {
  return state.ended ? SUCCEEDED : null;
}

/** Stuck at whatever it may be: such a saga is not mended. */
function stillStuck(state: SagaState): Judgement | null {
  const attention = attentionOf(state);
  if (attention?.kind !== 'stuck') return null;
  const { code, message, fingerprint } = attention;
  return { outcome: 'failed', error: { code, message, fingerprint } };
}

function worst(judgements: readonly Judgement[]): Judgement {
  const first = (outcome: Judgement['outcome']) => judgements.find((judgement) => judgement.outcome === outcome);
  return first('failed') ?? first('pending') ?? SUCCEEDED;
}

/** How the first attempt since the order went. */
function attempted(is: StepState): Judgement {
  const { operation, attempts } = is.renewal!;
  const failed: Judgement = { outcome: 'failed', ...(is.error && { error: is.error }) };
  switch (is.status) {
    case 'running':
    case 'waiting':
      break;
    case 'compensating':
      if (operation === 'compensation') break;
      return is.answered === 'succeeded' ? SUCCEEDED : failed;
    case 'failed':
    case 'rejected':
    case 'unknown':
    case 'stuck':
      return failed;
    case 'pending':
    case 'succeeded':
    case 'skipped':
    case 'compensated':
      return SUCCEEDED;
  }
  const isTriedAgain = is.attempts[operation] > attempts && (is.wait?.for === 'retry' || is.wait?.for === 'release');
  return isTriedAgain ? failed : PENDING;
}
