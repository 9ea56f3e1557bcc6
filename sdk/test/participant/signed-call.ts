import { createHmac, randomUUID } from 'node:crypto';
import type { Operation } from '../../src/participant/call.js';

export const SECRET = `whsec_${Buffer.from('twenty-four bytes of key').toString('base64')}`;

/** One call as Skald makes it, with what a test wants otherwise. */
export interface CallPlan {
  /** Default: POST. A GET has no body. */
  readonly method?: string;
  readonly path?: string;
  readonly operation?: Operation;
  readonly saga?: string;
  /** Serialised as JSON; text and bytes are sent as they are. */
  readonly body?: unknown;
  /** Put over the right ones after signing; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly secret?: string;
  /** Epoch ms at which it is signed. */
  readonly at?: number;
}

/** Its parts, ready to be sent by any client. */
export interface WireCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export function signedCall(plan: CallPlan = {}): WireCall {
  const {
    method = 'POST',
    path = '/value',
    operation = 'action',
    saga = randomUUID(),
    secret = SECRET,
    at = Date.now(),
  } = plan;
  const { body: content = method === 'GET' ? '' : { cents: 100 } } = plan;
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  const body = Buffer.from(isRaw ? content : JSON.stringify(content));
  const id = `${saga}/pay/${operation}`;
  const timestamp = String(Math.floor(at / 1000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': id,
    'skald-saga-id': saga,
    'skald-definition': 'order@3',
    'skald-step': 'pay',
    'skald-operation': operation,
    'skald-attempt': '1',
    'skald-seq': '3',
    'skald-callback-url': 'http://127.0.0.1:9/v1/callbacks/token',
    'skald-deadline': new Date(at + 5_000).toISOString(),
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
    ...plan.headers,
  };
  const present = Object.entries<string | undefined>(headers).filter(([, value]) => value !== undefined);
  return { method, path, headers: Object.fromEntries(present) as Record<string, string>, body };
}
