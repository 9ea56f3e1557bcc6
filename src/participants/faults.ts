import type { Reply } from '../saga/reply.js';
import { stepError } from '../saga/step-error.js';
import { clean } from './error-message.js';

/** The call got no answer. */
export interface Fault {
  readonly error: Error & { readonly code?: string };
  /** The request was handed to a connection; before that, nothing can have taken effect. */
  readonly wasSent: boolean;
}

/** The total time of an attempt is over. */
export class AttemptTimedOut extends Error {
  readonly code = 'timeout';
}

/** The connection could not be made in time. */
export class ConnectTimedOut extends Error {
  readonly code = 'connect-timeout';
}

/** The participant lives where no participant may live. */
export class TargetRefused extends Error {
  readonly code = 'target-refused';
}

/**
 * What a call without an answer means. One rule decides about its effect: what was not sent has none, anything that
 * was sent is in doubt, also when a connection kept from an earlier call turns out to be dead.
 */
export function readFault({ error, wasSent }: Fault, origin: string): Reply {
  const code = wasSent ? codeAfterSending(error) : codeBeforeSending(error, origin);
  const message = clean(`${origin}: ${SENTENCES[code]}${detailOf(error)}`);
  if (code === 'target-refused') return { kind: 'rejected', error: stepError(code, message) };
  return { kind: 'failed', effect: wasSent ? 'in-doubt' : 'none', error: stepError(code, message) };
}

/** Nothing was sent because no connection could be made; there was no want of time or permission. */
export function isUnconnected({ error, wasSent }: Fault): boolean {
  return !wasSent && error.code !== 'timeout' && codeBeforeSending(error, '') !== 'target-refused';
}

type FaultCode = keyof typeof SENTENCES;

const SENTENCES = {
  timeout: 'no whole answer in time',
  'connect-timeout': 'could not connect in time',
  'connection-refused': 'connection refused',
  'connection-reset': 'the connection was lost before the whole answer had come',
  'connect-failed': 'could not connect',
  'dns-failure': 'the name could not be resolved',
  'tls-failure': 'no secure connection could be made',
  'malformed-answer': 'what came back is not HTTP',
  'oversized-headers': 'the headers of the answer are too long',
  'target-refused': 'participants may not live there',
} as const;

function codeAfterSending({ code = '', name }: Fault['error']): FaultCode {
  if (code === 'timeout') return code;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'oversized-headers';
  return name === 'HTTPParserError' ? 'malformed-answer' : 'connection-reset';
}

const NETWORK_CODES = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
]);

function codeBeforeSending(error: Fault['error'], origin: string): FaultCode {
  const codes = error instanceof AggregateError ? error.errors.map((each: Fault['error']) => each.code) : [error.code];
  if (codes.includes('target-refused')) return 'target-refused';
  if (codes.includes('ECONNREFUSED')) return 'connection-refused';
  const [code = ''] = codes;
  if (code === 'timeout' || code === 'connect-timeout' || code === 'ETIMEDOUT') return 'connect-timeout';
  if (code.startsWith('EAI_') || code === 'ENOTFOUND') return 'dns-failure';
  return origin.startsWith('https:') && !NETWORK_CODES.has(code) ? 'tls-failure' : 'connect-failed';
}

/** What the system says about it, unless the sentence says as much already. */
function detailOf({ code, message }: Fault['error']): string {
  const isOurs = code === 'timeout' || code === 'connect-timeout' || code === 'ECONNREFUSED' || !message;
  return isOurs ? '' : ` (${message})`;
}
