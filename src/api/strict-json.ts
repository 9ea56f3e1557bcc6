import { isUtf8 } from 'node:buffer';
import { parseDocument } from 'yaml';
import { Problem } from './errors/problem.js';

/** Deepest nesting that a body may have. */
export const MAX_DEPTH = 64;

/** Most values that a body may have, all together: reading it and everything after must stay cheap. */
export const MAX_VALUES = 250_000;

/**
 * Reads JSON as a careful API has to: what `JSON.parse` lets pass in silence (a field given twice, `__proto__`, NUL
 * characters that Postgres can't hold, nesting that exhausts a stack) is refused by name (hazard 14).
 */
export function parseStrictJson(body: Buffer | string): unknown {
  const text = textOf(body);
  inspect(text);
  try {
    return JSON.parse(text);
  } catch (err) {
    throw malformed('malformed-json', 'Malformed JSON', `the body is not JSON: ${withoutBody(err as Error)}`);
  }
}

/** A problem may be logged by whoever gets it: it says what is wrong with the body, and repeats nothing of it. */
function withoutBody({ message }: Error): string {
  return message.replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '').split('\n', 1)[0]!;
}

/** YAML with the same limits; aliases are bounded, so that a small text can't grow into a large document. */
export function parseStrictYaml(body: Buffer | string): unknown {
  const text = textOf(body);
  const document = parseDocument(text, { uniqueKeys: true, merge: false, version: '1.2' });
  const [error] = document.errors;
  if (error) throw malformed('malformed-yaml', 'Malformed YAML', `the body is not YAML: ${withoutBody(error)}`);
  let json: string;
  try {
    json = JSON.stringify(document.toJS({ maxAliasCount: 50 }), refuseEndless);
  } catch (err) {
    throw malformed('malformed-yaml', 'Malformed YAML', `the body can not be read: ${withoutBody(err as Error)}`);
  }
  return parseStrictJson(json);
}

/** JSON has no such numbers, and would make `null` of them. */
function refuseEndless(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} is no number that JSON knows`);
  return value;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function textOf(body: Buffer | string): string {
  if (typeof body === 'string') return body;
  if (!isUtf8(body)) throw malformed('not-utf-8', 'Not UTF-8', 'the body is not UTF-8: encode it so');
  return body.toString('utf8');
}

/** One pass over the text, without building anything but the sets of field names. */
function inspect(text: string): void {
  const fields: (Set<string> | null)[] = [];
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
        fields.push(new Set());
        break;
      case 0x5b: // [
        fields.push(null);
        break;
      case 0x2c: // , with a value after it, whatever that is
        break;
      case 0x7d: // }
      case 0x5d: // ]
        fields.pop();
        continue;
      case 0x22: {
        const end = endOfString(text, i);
        inspectString(text.slice(i + 1, end), isFollowedByColon(text, end) ? fields.at(-1) : null);
        i = end;
        continue;
      }
      default: {
        NUMBER.lastIndex = i;
        const number = NUMBER.exec(text)?.[0];
        if (number === undefined) continue;
        inspectNumber(number);
        i += number.length - 1;
        continue;
      }
    }
    if (++values > MAX_VALUES) {
      throw malformed('json-too-large', 'JSON too large', `send at most ${MAX_VALUES} values in one body`);
    }
    if (fields.length > MAX_DEPTH) {
      throw malformed('json-too-deep', 'JSON too deep', `nest objects and arrays at most ${MAX_DEPTH} levels deep`);
    }
  }
}

/** JavaScript would make another number of it, or none, without a word. */
function inspectNumber(text: string): void {
  if (text.length < 16 && !/[eE]/.test(text)) return;
  const value = Number(text);
  const isWhole = /^-?\d+$/.test(text);
  if (Number.isFinite(value) && (!isWhole || Number.isSafeInteger(value))) return;
  const detail = `a number of ${text.length} characters can not be kept exactly: send it as a text`;
  throw malformed('number-out-of-range', 'Number out of range', detail);
}

function inspectString(raw: string, fields: Set<string> | null | undefined): void {
  const isEscaped = raw.includes('\\');
  if (isEscaped && /(?:^|[^\\])(?:\\\\)*\\u0000/.test(raw)) {
    throw malformed('nul-character', 'NUL character', 'take the NUL character (\\u0000) out: it can not be stored');
  }
  if (isEscaped && raw.includes('\\u') && /\p{Surrogate}/u.test(unescaped(raw))) {
    throw malformed(
      'half-character',
      'Half a character',
      'a \\ud800–\\udfff escape stands alone: send both halves, or neither',
    );
  }
  if (!fields) return;
  const name = isEscaped ? unescaped(raw) : raw;
  if (name === '__proto__') {
    throw malformed('forbidden-field', 'Forbidden field', 'a field must not be called __proto__');
  }
  if (fields.has(name)) {
    throw malformed(
      'duplicate-field',
      'Field given twice',
      `the field ${JSON.stringify(name)} stands twice in one object`,
    );
  }
  fields.add(name);
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x22) return i;
  }
  return text.length;
}

function isFollowedByColon(text: string, end: number): boolean {
  for (let i = end + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) return true;
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return false;
  }
  return false;
}

function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw; // JSON.parse of the whole text will say what is wrong with it
  }
}

function malformed(code: string, title: string, detail: string): Problem {
  return new Problem(400, code, title, detail, { errors: [{ pointer: '', detail }] });
}
