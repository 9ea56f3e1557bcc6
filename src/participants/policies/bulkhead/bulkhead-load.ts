import type { Reply } from '../../../saga/reply.js';
import { outcomeOf } from '../outcome.js';

/**
 * What a reply tells about the participant's load: `served` it took the time that it needs; `overload` it had no time
 * for it; `none` it was hardly at work, so that neither the reply nor its duration says anything.
 */
export function loadShownBy(reply: Reply): 'served' | 'overload' | 'none' {
  if (outcomeOf(reply) === 'unsent') return 'none';
  if (reply.kind !== 'failed') return 'served';
  const { code } = reply.error;
  return reply.effect === 'in-doubt' || code === 'http-503' || code === 'http-429' ? 'overload' : 'none';
}
