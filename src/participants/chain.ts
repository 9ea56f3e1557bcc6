import type { Reply } from '../saga/reply.js';
import type { ParticipantCall } from './participant-call.js';

/** Sends a call and says what came of it. */
export type Send = (call: ParticipantCall) => Promise<Reply>;

/** One policy around the call: lets it through to `next`, or answers in its place (`refused`, for the most part). */
export type Policy = (call: ParticipantCall, next: Send) => Promise<Reply>;

/**
 * The policies around a call, the first outermost: saga deadline, shaping and rate limit, bulkhead, breaker, choice of
 * an endpoint. An empty chain is the call itself and costs nothing.
 */
export function chain(policies: readonly Policy[], send: Send): Send {
  return policies.reduceRight<Send>((next, policy) => (call) => policy(call, next), send);
}
