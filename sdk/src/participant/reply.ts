import { STATUS_CODES } from 'node:http';
import type { Answer } from '../barrier/barrier.js';
import type { Json } from '../json.js';

/**
 * What goes back over HTTP.
 * @example
 * const { status, headers, body }: Reply = await payment.handle(request);
 * return new Response(body, { status, headers });
 */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A problem by RFC 9457, as an answer. */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: Readonly<Record<string, Json>> = {},
): Answer {
  return {
    status,
    body: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, ...more },
  };
}

/** An answer, with further headers, as it is sent. */
export function reply({ status, body }: Answer, headers: Readonly<Record<string, string>> = {}): Reply {
  const type = status < 300 ? 'application/json' : 'application/problem+json';
  return { status, headers: { 'content-type': type, ...headers }, body: JSON.stringify(body) };
}
