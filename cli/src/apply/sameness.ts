import type { StoredDefinition } from '@skald/sdk';

/** What the server adds to a definition that it shows. */
const ADDED = new Set(['version', 'createdAt', 'links', 'warnings']);

/** The document of a stored definition, as it was given. */
export function documentOf(stored: StoredDefinition): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !ADDED.has(name)));
}

/** Whether two documents say the same, in whatever order their fields are. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** With the fields of every object in alphabetical order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, sorted(field)]));
}

/**
 * Whether what is stored already says everything that is wanted. The server fills defaults in, so it may say more. A
 * secret is not shown, so one that is wanted can never be seen to be there.
 */
export function covers(stored: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(stored) && stored.length === wanted.length && wanted.every((item, i) => covers(stored[i], item))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof stored !== 'object' || stored === null) return false;
    return Object.entries(wanted).every(([name, value]) => covers((stored as Record<string, unknown>)[name], value));
  }
  if (typeof wanted === 'string' && typeof stored === 'object' && stored !== null && 'url' in stored) {
    return stored.url === wanted;
  }
  return stored === wanted;
}
