import type { CallRecord, Reply } from '../../saga/reply.js';
import type { Endpoint } from '../participant.js';
import type { ParticipantCall } from '../participant-call.js';
import type { Balancer } from './balancer.js';
import type { Member } from './member.js';
import { outcomeOf } from './outcome.js';

/** What came of a call at one endpoint. */
export interface Sent {
  readonly reply: Reply;
  /** No connection could be made, so nothing was sent: another endpoint may have the call. */
  readonly isUnconnected: boolean;
  /** HTTP status of its answer; absent: there was none. */
  readonly status?: number;
  /** Of an answer that was no success. */
  readonly excerpt?: string;
}

/**
 * Sends to the endpoint of the balancer's choice. When no connection to it can be made, the same attempt goes to another
 * one at once; once only, in what is left of its time, and never when anything may have been sent. With a single endpoint
 * there is no quick retry: a connection that was refused would be refused again, and a dead one that was kept open is
 * known to be dead only after something was sent on it.
 * @param timeout of the attempt in ms
 * @param sendTo sends to this endpoint within so many ms
 */
export async function sendBalanced(
  balancer: Balancer,
  call: ParticipantCall,
  timeout: number,
  sendTo: (endpoint: Endpoint, timeout: number) => Promise<Sent>,
): Promise<Reply> {
  const startedAt = performance.now();
  const first = balancer.choose(call, Math.random, startedAt);
  const sent = await sendToMember(first, timeout, startedAt);
  if (!sent.isUnconnected) return sent.reply;
  const now = performance.now();
  const left = startedAt + timeout - now;
  const other = left >= 1 ? balancer.chooseOther(first, Math.random, now) : null;
  return other ? (await sendToMember(other, left, now)).reply : sent.reply;

  async function sendToMember(member: Member, time: number, from: number): Promise<Sent> {
    let sent: Sent | null = null;
    balancer.started(member);
    try {
      sent = await sendTo(member.endpoint, time);
      return { ...sent, reply: recorded(sent, member.endpoint, performance.now() - from) };
    } finally {
      const now = performance.now();
      balancer.ended(member, call, sent ? outcomeOf(sent.reply) : 'unsent', now - from, now);
    }
  }
}

/** What was refused here was no call: there is nothing to keep of it. */
function recorded({ reply, status, excerpt }: Sent, { url }: Endpoint, duration: number): Reply {
  if (reply.kind === 'refused' || reply.kind === 'degraded') return reply;
  const call: CallRecord = {
    endpoint: url,
    ...(status !== undefined && { status }),
    ms: Math.round(duration),
    ...(excerpt !== undefined && { excerpt }),
  };
  return { ...reply, call };
}
