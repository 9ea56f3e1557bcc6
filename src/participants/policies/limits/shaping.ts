import type { Policy } from '../../chain.js';
import type { Limiter } from './limiter.js';
import { limiting } from './limiting.js';
import { RATE_LIMIT } from './rate-limit.js';

/** Smooths bursts: calls go out one after the other at the rate. A call that the rate limit held has passed already. */
export function shapingPolicy(limiter: Limiter): Policy {
  return limiting(limiter, 'shaping', RATE_LIMIT);
}
