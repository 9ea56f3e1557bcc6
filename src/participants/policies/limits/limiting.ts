import type { Reply } from '../../../saga/reply.js';
import type { Policy } from '../../chain.js';
import type { Limiter } from './limiter.js';
import type { Slot } from './permit-queue.js';
import { SOON } from './permits.js';

/**
 * Lets calls through at a limiter's pace. A call whose permit is valid later is parked until then and passes when it
 * comes back, released by this policy: its permit is reserved, and the journal remembers that in any process. One that
 * got no permit is refused by `<name>-full`; it comes back and asks anew.
 * @param name what a reservation is released by
 * @param later a limiter further in, whose reservations imply this one's permit
 */
export function limiting(limiter: Limiter, name: string, later: string | null): Policy {
  const through: Policy = async (call, next) => {
    const reply = await next(call);
    if (reply.kind === 'refused' && reply.by !== later) limiter.giveBack();
    return reply;
  };
  const held = ({ wait, isReserved }: Slot): Reply => ({
    kind: 'refused',
    by: isReserved ? name : `${name}-full`,
    wait: Math.ceil(wait),
  });
  const keep = async (slot: Slot, ...[call, next]: Parameters<Policy>): Promise<Reply> => {
    const sleep = slot.isReserved && slot.wait <= SOON ? limiter.sleep(slot.wait) : null;
    if (!sleep) return held(slot);
    await sleep;
    return through(call, next);
  };
  return (call, next) => {
    const { releasedBy } = call;
    if (limiter.isOff || releasedBy === name || (later !== null && releasedBy === later)) return next(call);
    const wait = limiter.take();
    if (wait === 0) return through(call, next);
    if (wait !== undefined) return keep({ wait, isReserved: true }, call, next);
    return limiter
      .slot(call.operation)
      .then((slot) => (slot.isReserved && slot.wait === 0 ? through(call, next) : keep(slot, call, next)));
  };
}
