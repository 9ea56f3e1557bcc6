/**
 * Postgres array literals, built here because the driver's own encoding of arrays takes five times the CPU
 * (docs/decisions: group commit). Every value must be bare (digits, uuid) or come from {@link quoted}.
 */
export function arrayLiteral<T>(items: readonly T[], literal: (item: T) => string | number | boolean | null): string {
  let text = '{';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += String(literal(items[i] as T) ?? 'NULL');
  }
  return text + '}';
}

/** Any text as an element; `null` and `undefined` become NULL. */
export function quoted(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

/** A `bytea` as an element. */
export function bytes(value: Buffer | null | undefined): string | null {
  return value ? `"\\\\x${value.toString('hex')}"` : null;
}

/**
 * Stands between JSON documents that travel as one text: JSON.stringify escapes every control character, so it can't
 * occur inside one. Splitting is much cheaper for both sides than quoting all the quotes of a JSON text once more.
 */
export const RECORD_SEPARATOR = '\x1e';
