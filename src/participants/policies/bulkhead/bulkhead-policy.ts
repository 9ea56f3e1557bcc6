import type { Reply } from '../../../saga/reply.js';
import type { Policy, Send } from '../../chain.js';
import type { ParticipantCall } from '../../participant-call.js';
import { TimerWheel, type Timed } from '../../timer-wheel.js';
import type { Bulkhead } from './bulkhead.js';
import type { Waiter } from './bulkhead-room.js';

const BULKHEAD = 'bulkhead';

/** How long a call waits in memory, in ms: longer than a place is usually awaited, shorter than parking takes. */
const PATIENCE = 100;

/**
 * Lets a call through when the bulkhead has a place for it, now or in a moment; else it is parked.
 * @param clock ms of a clock that never goes back
 * @param wheel ends the moment
 */
export function bulkheadPolicy(bulkhead: Bulkhead, clock: () => number, wheel = new TimerWheel()): Policy {
  return (call, next) => {
    const now = clock();
    return bulkhead.enter(call.operation, now) ? inPlace(call, next, now) : afterWaiting(call, next);
  };

  async function inPlace(call: ParticipantCall, next: Send, since: number): Promise<Reply> {
    let reply: Reply | null = null;
    try {
      reply = await next(call);
      return reply;
    } finally {
      bulkhead.leave(call.operation, since, reply, clock());
    }
  }

  async function afterWaiting(call: ParticipantCall, next: Send): Promise<Reply> {
    const since = await new Promise<number | null>((resolve) => wait(call, resolve));
    if (since !== null) return inPlace(call, next, since);
    return { kind: 'refused', by: BULKHEAD, wait: Math.ceil(bulkhead.comeBackIn(call.operation, clock())) };
  }

  /** @param settle told when it got its place; `null`: it waited in vain, or there was no seat */
  function wait(call: ParticipantCall, settle: (since: number | null) => void): void {
    const waiter: Waiter & Timed = {
      operation: call.operation,
      isBack: call.releasedBy === BULKHEAD,
      enter: (now) => end(now),
      giveWay: () => end(null),
      expire: () => {
        bulkhead.unseat(waiter);
        settle(null);
      },
    };
    if (!bulkhead.seat(waiter)) return settle(null);
    const timer = wheel.start(waiter, PATIENCE);
    const end = (since: number | null): void => {
      wheel.cancel(timer);
      settle(since);
    };
  }
}
