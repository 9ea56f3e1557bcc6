import type { Step } from './definition.js';
import type { StepState } from './state.js';

/** A call that a driver which is gone may have sent; not one that was held back, since letting it go is an entry. */
export function doubted(step: Step, is: StepState): StepState {
  const mayHaveBeenSent = step.type === 'call' && is.status === 'running' && is.wait?.for !== 'release';
  return mayHaveBeenSent ? { ...is, inDoubt: true } : is;
}

/** An operator treats the action as done. */
export function letGo(step: Step, is: StepState): Partial<StepState> {
  const isAccepted = is.wait?.for === 'callback';
  return { settledByOrder: true, inDoubt: doubted(step, is).inDoubt || isAccepted };
}

/** What was open is as the operator says that it was settled. */
export function settled(is: StepState, outcome: 'completed' | 'compensated', at: number): StepState {
  const by = { settledByOrder: true, stuck: null, wait: null, finishedAt: at };
  switch (is.status) {
    case 'pending':
      return { ...is, status: 'skipped' };
    case 'running':
    case 'waiting':
      return { ...is, ...by, status: 'skipped' };
    case 'compensating':
    case 'stuck':
      return { ...is, ...by, status: outcome === 'completed' ? 'skipped' : 'compensated' };
    case 'succeeded':
    case 'failed':
    case 'rejected':
    case 'unknown':
    case 'skipped':
    case 'compensated':
      return is;
  }
}
