import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a caller may call its request: it goes into logs and into the audit trail as it is. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** The caller's own name for the request (`X-Request-Id`) when it is one; else a new one, unlike any other server's. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
