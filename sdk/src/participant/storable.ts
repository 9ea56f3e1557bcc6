import { isUtf8 } from 'node:buffer';
import type { Json } from '../json.js';

/** Deepest answer that Skald takes. */
const DEEPEST_ANSWER = 64;

/** A compensation's body holds its action's answer, and mappings may put more around it. */
const DEEPEST_BODY = 256;

const UNFIT = /[\0\p{Surrogate}]/u;

/**
 * What a handler returned, as JSON says it; `undefined` is `null`.
 * @throws {TypeError} if JSON can't say it, or Skald or a database couldn't keep it: better before the effects are kept
 *   than an answer that leaves the saga in doubt
 */
export function storable(value: unknown): Json {
  if (value === undefined) return null;
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a ${typeof value} can't be answered as JSON`);
  const json = JSON.parse(text) as Json;
  const flaw = flawIn(json, DEEPEST_ANSWER);
  if (flaw) throw new TypeError(`the handler's answer can't be kept: ${flaw}`);
  return json;
}

/** A text that any database keeps. */
export function cleanText(text: string): string {
  return text.replace(new RegExp(UNFIT, 'gu'), '\ufffd');
}

/** The JSON in a body; an empty one is `null`. */
export function readJson(body: Uint8Array): { readonly value: Json } | { readonly flaw: string } {
  if (body.byteLength === 0) return { value: null };
  if (!isUtf8(body)) return { flaw: 'it is not UTF-8' };
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as Json;
  } catch {
    return { flaw: 'it is not JSON' };
  }
  const flaw = flawIn(value, DEEPEST_BODY);
  return flaw ? { flaw } : { value };
}

/** What keeps a value from being stored and handed on as it is; `null` when nothing does. */
function flawIn(value: Json, deepest: number, depth = 1): string | null {
  if (typeof value === 'string') return UNFIT.test(value) ? 'it holds a NUL character or half a surrogate pair' : null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'it holds a number that is too large';
  if (value === null || typeof value !== 'object') return null;
  if (depth > deepest) return `it is nested deeper than ${deepest} levels`;
  for (const [name, member] of Object.entries(value as Readonly<Record<string, Json>>)) {
    // An own field of that name turns into a prototype wherever somebody copies it by assignment.
    if (name === '__proto__') return 'it has a field called __proto__';
    const flaw = flawIn(name, deepest) ?? flawIn(member, deepest, depth + 1);
    if (flaw) return flaw;
  }
  return null;
}
