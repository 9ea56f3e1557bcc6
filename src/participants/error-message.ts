import { STATUS_CODES } from 'node:http';
import type { Answer } from './answer.js';
import { isRecord } from './readings.js';

/** Longest message that is kept, in characters. */
const LONGEST = 300;

/** Longest excerpt of an answer that is kept, in characters. */
const LONGEST_EXCERPT = 500;

/** Control characters, half surrogate pairs, and what turns the direction of writing in a log or on a page. */
const UNFIT = /[\p{Control}\p{Surrogate}\p{Line_Separator}\p{Paragraph_Separator}\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** What the participant says went wrong, else its status in words. Bounded, one line, safe to show. */
export function messageIn(answer: Answer): string {
  const said = clean(saidIn(answer));
  if (said) return said;
  const words = STATUS_CODES[answer.status];
  return `answered ${answer.status}${words ? ` ${words}` : ''}`;
}

/** The beginning of what the participant answered, for people who look for the cause; `undefined` when it is no text. */
export function excerptOf({ headers, body }: Answer): string | undefined {
  const { 'content-type': type = 'text/plain', 'content-encoding': encoding } = headers;
  if (body.length === 0 || encoding !== undefined || !READABLE.test(String(type))) return undefined;
  return clean(body.toString('utf8', 0, 4 * LONGEST_EXCERPT), LONGEST_EXCERPT) || undefined;
}

const READABLE = /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml)\b)/i;

/** One line of at most `longest` characters that can be shown anywhere. Default 300. */
export function clean(text: string, longest = LONGEST): string {
  const line = text
    .slice(0, 4 * longest)
    .replace(UNFIT, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  // A cut must not leave half a surrogate pair at the end.
  return line.length <= longest ? line : line.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
}

function saidIn({ headers, body }: Answer): string {
  const type = headers['content-type'];
  if (body.length === 0 || headers['content-encoding'] !== undefined || typeof type !== 'string') return '';
  if (/^text\/plain\b/i.test(type)) return body.toString('utf8', 0, 4 * LONGEST);
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(type) ? saidInJson(body) : '';
}

function saidInJson(body: Buffer): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return '';
  }
  return isRecord(parsed) ? saidInObject(parsed) : textOf(parsed);
}

/** Problem details (RFC 9457) first, then what frameworks use instead. */
function saidInObject(body: Record<string, unknown>): string {
  const title = textOf(body['title']);
  const detail = textOf(body['detail']);
  if (title && detail) return STATUS_PHRASES.has(title) ? detail : `${title}: ${detail}`;
  const { error } = body;
  return (
    detail ||
    title ||
    textOf(body['message']) ||
    textOf(body['reason']) ||
    (isRecord(error) ? textOf(error['message']) : textOf(error))
  );
}

/** A problem of no special type has its status for a title (RFC 9457, 4.2.1), which says nothing more than the code. */
const STATUS_PHRASES: ReadonlySet<unknown> = new Set(Object.values(STATUS_CODES));

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
