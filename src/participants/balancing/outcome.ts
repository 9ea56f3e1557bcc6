import type { Reply } from '../../saga/reply.js';
import { isBackPressure, isOurs } from '../policies/outcome.js';

/**
 * What a call says of the endpoint that it went to. `good`: it works, whatever it answered. `busy`: it works and wants
 * fewer calls. `bad`: no answer, or one that tells of a fault. `unsent`: nothing, the call did not get that far.
 */
export type Outcome = 'good' | 'busy' | 'bad' | 'unsent';

/** A business no is a good answer. */
export function outcomeOf(reply: Reply): Outcome {
  switch (reply.kind) {
    case 'succeeded':
    case 'accepted':
      return 'good';
    case 'rejected':
      return verdictOn(reply.error.code, 'good');
    case 'failed':
      return verdictOn(reply.error.code, 'bad');
    case 'refused':
    case 'degraded':
      return 'unsent';
  }
}

function verdictOn(code: string, otherwise: Outcome): Outcome {
  if (isBackPressure(code)) return 'busy';
  // It lives where no participant may live: another one may not.
  if (code === 'target-refused') return 'bad';
  return isOurs(code) ? 'unsent' : otherwise;
}
