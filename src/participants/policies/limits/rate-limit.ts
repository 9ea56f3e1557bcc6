import type { Policy } from '../../chain.js';
import type { Limiter } from './limiter.js';
import { limiting } from './limiting.js';

export const RATE_LIMIT = 'rate-limit';

/** The token bucket: bursts up to its capacity, then its rate. What is above waits for its turn. */
export function rateLimitPolicy(limiter: Limiter): Policy {
  return limiting(limiter, RATE_LIMIT, null);
}
