import type { ParticipantCall } from './participant-call.js';
import { sign } from './signing.js';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

/**
 * The headers of one call (contract §3), as a flat list of names and values.
 * @param now epoch ms
 * @param timeout total time of the attempt in ms
 * @param key signs the message; `null`: unsigned
 */
export function requestHeaders(call: ParticipantCall, now: number, timeout: number, key: Buffer | null): string[] {
  const headers = [
    'Accept',
    'application/json, application/problem+json',
    'Accept-Encoding',
    'identity',
    'User-Agent',
    'skald',
    'Idempotency-Key',
    call.idempotencyKey,
    'Skald-Saga-Id',
    call.sagaId,
    'Skald-Definition',
    call.definition,
    'Skald-Step',
    call.step,
    'Skald-Operation',
    call.operation,
    'Skald-Attempt',
    String(call.attempt),
    'Skald-Seq',
    String(call.seq),
    'Skald-Callback-Url',
    call.callbackUrl,
    'Skald-Deadline',
    new Date(now + timeout).toISOString(),
  ];
  if (call.method !== 'GET') headers.push('Content-Type', 'application/json');
  if (call.traceparent !== undefined && TRACEPARENT.test(call.traceparent)) {
    headers.push('traceparent', call.traceparent);
    if (call.tracestate !== undefined && TRACESTATE.test(call.tracestate)) headers.push('tracestate', call.tracestate);
  }
  if (key) {
    const timestamp = Math.floor(now / 1000);
    const signature = sign(key, call.idempotencyKey, timestamp, call.method === 'GET' ? '' : call.body);
    headers.push(
      'webhook-id',
      call.idempotencyKey,
      'webhook-timestamp',
      String(timestamp),
      'webhook-signature',
      signature,
    );
  }
  return headers;
}
