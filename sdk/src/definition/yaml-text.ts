import type { Json } from '../json.js';

/**
 * JSON as YAML that people like to read: in blocks, short lists of plain values in one line, quotes only where a text
 * would be taken for something else. Reads the same in YAML 1.1 and 1.2.
 */
export function yamlOf(json: Json): string {
  return `${linesOf(json).join('\n')}\n`;
}

function linesOf(value: Json): string[] {
  const line = inOneLine(value);
  if (line !== undefined) return [line];
  if (isList(value)) return value.flatMap((item) => indented('- ', linesOf(item)));
  return Object.entries(value as Readonly<Record<string, Json>>).flatMap(([key, inner]) => {
    const name = scalar(key);
    const line = inOneLine(inner);
    // The name of a field may have no more than 1,024 characters, unless it is marked as one.
    if (name.length > 1_000) return [...indented('? ', [name]), ...indented(': ', linesOf(inner))];
    if (line !== undefined) return [`${name}: ${line}`];
    return [`${name}:`, ...indented('  ', linesOf(inner))];
  });
}

function inOneLine(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (!isList(value)) return Object.keys(value).length === 0 ? '{}' : undefined;
  if (value.some((item) => typeof item === 'object' && item !== null)) return undefined;
  const line = `[${(value as readonly Exclude<Json, object>[]).map(scalar).join(', ')}]`;
  return line.length <= 80 ? line : undefined;
}

function scalar(value: null | boolean | number | string): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (PLAIN.test(value) && !WORD.test(value)) return value;
  if (/^[ -~]*$/.test(value) && /["\\]/.test(value) && !value.includes("'")) return `'${value}'`;
  return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A duration, or a text of words that nothing else begins like. */
const PLAIN = /^(\d+(\.\d+)?(ms|[smhd])|[A-Za-z/][\w./-]*( [\w./-]+)*)$/;

/** What some reader of YAML takes for a boolean, a null or (an exponent alone) a number. */
const WORD = /^(y|n|yes|no|on|off|true|false|null|e-?\d+)$/i;

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** The first line after the mark, the others below it. */
function indented(mark: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => (i === 0 ? mark : ' '.repeat(mark.length)) + line);
}
