import type { Policy } from '../../chain.js';
import type { Reply } from '../../../saga/reply.js';
import { watched } from '../watched.js';
import type { Breaker } from './breaker.js';

export const BREAKER = 'breaker';

/**
 * The breaker's first look, before any other policy sets something aside for a call that can't be sent anyway.
 * @param clock ms of a clock that never goes back
 * @param probe asks the other processes for the right to probe, and tells the breaker
 */
export function breakerLook(breaker: Breaker, clock: () => number, probe: () => void): Policy {
  return (call, next) => {
    const now = clock();
    const wait = breaker.hold(call.operation, call.releasedBy, now);
    if (wait === null) return next(call);
    if (breaker.wantsProbe(now)) probe();
    return Promise.resolve(held(wait));
  };
}

/** The breaker's permit, right before a call is sent: half-open, only so many are. Watches how they end. */
export function breakerPermit(breaker: Breaker, clock: () => number): Policy {
  return (call, next) => {
    const now = clock();
    const wait = breaker.admit(call.operation, now);
    return wait === null ? watched(breaker, clock, call, next, now) : Promise.resolve(held(wait));
  };
}

function held(wait: number): Reply {
  return { kind: 'refused', by: BREAKER, wait: Math.ceil(wait) };
}
