import { isUtf8 } from 'node:buffer';
import type { Json } from '../saga/json.js';
import type { AnswerHeaders } from './answer.js';

/** Deepest output that is taken over. */
const DEEPEST = 64;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** An answer that says "done" in a way that can't be understood: whether it was done stays in doubt. */
interface Unreadable {
  readonly code: 'unreadable-answer';
  readonly message: string;
}

/**
 * The output in the body of a 2xx: `null` when it is empty, else JSON that can be stored and read again anywhere.
 * A `Content-Type` may be missing, but when there is one it must say JSON.
 */
export function readOutput(body: Buffer, headers: AnswerHeaders): { readonly output: Json } | Unreadable {
  if (body.length === 0) return { output: null };
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && String(encoding).toLowerCase() !== 'identity')
    return unreadable('it is compressed although that was not asked for');
  const type = headers['content-type'];
  if (type !== undefined && !(typeof type === 'string' && JSON_TYPE.test(type))) {
    return unreadable('its Content-Type is not application/json');
  }
  if (!isUtf8(body)) return unreadable('it is not UTF-8');
  const text = body.toString('utf8').trim();
  if (text === '') return { output: null };
  let output: Json;
  try {
    output = JSON.parse(text) as Json;
  } catch {
    return unreadable('it is not JSON');
  }
  // Raw control characters and lone surrogates can't be there: only an escape can bring them in.
  const flaw = flawIn(output, text.includes('\\u'), 1);
  return flaw === null ? { output } : unreadable(flaw);
}

function unreadable(why: string): Unreadable {
  return { code: 'unreadable-answer', message: `the answer can't be read: ${why}` };
}

/** What keeps a parsed value from being stored and handed on as it is; `null` when nothing does. */
function flawIn(value: Json, hasEscapes: boolean, depth: number): string | null {
  switch (typeof value) {
    case 'string':
      return hasEscapes ? flawInText(value) : null;
    case 'number':
      return Number.isFinite(value) ? null : 'it holds a number that is too large';
    case 'boolean':
      return null;
  }
  if (value === null) return null;
  if (depth > DEEPEST) return `it is nested deeper than ${DEEPEST} levels`;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return 'it has a field called __proto__';
    const flaw =
      (hasEscapes && flawInText(key)) || flawIn((value as { [key: string]: Json })[key] ?? null, hasEscapes, depth + 1);
    if (flaw) return flaw;
  }
  return null;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Postgres stores neither NUL nor half a surrogate pair. */
function flawInText(text: string): string | null {
  if (text.includes('\0')) return 'it holds a NUL character';
  return LONE_SURROGATE.test(text) ? 'it holds half a surrogate pair' : null;
}
