import type { Json, JsonObject } from './json.js';

/** What stands where something is hidden. */
export const REDACTED = '[redacted]';

type Scalar = string | number;

/**
 * A copy in which {@link REDACTED} stands for everything at the pointers; `null` stays `null`. A pointer is as in RFC 6901,
 * and `*` means every item of a list, or every field of an object. One that leads nowhere means nothing.
 */
export function blankedAt(value: Json, pointers: readonly string[]): Json {
  return pointers.reduce<Json>((blanked, pointer) => blank(blanked, namesIn(pointer)), value);
}

/** The texts and numbers at the pointers, and inside of what is there. */
export function scalarsAt(value: Json, pointers: readonly string[]): Scalar[] {
  const found: Scalar[] = [];
  for (const pointer of pointers) {
    for (const part of partsAt(value, namesIn(pointer))) gather(part, found);
  }
  return found;
}

function namesIn(pointer: string): string[] {
  const names = pointer.split('/').slice(1);
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function blank(value: Json, names: readonly string[]): Json {
  if (value === null) return null;
  const [name, ...below] = names;
  if (name === undefined) return REDACTED;
  if (Array.isArray(value)) {
    return (value as Json[]).map((item, i) => (name === '*' || name === String(i) ? blank(item, below) : item));
  }
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([field, inner]) => [
      field,
      name === '*' || name === field ? blank(inner, below) : inner,
    ]),
  );
}

function partsAt(value: Json, names: readonly string[]): Json[] {
  const [name, ...below] = names;
  if (name === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value as JsonObject).filter(([field]) => name === '*' || name === field);
  return inner.flatMap(([, part]) => partsAt(part, below));
}

function gather(value: Json, found: Scalar[]): void {
  if (typeof value === 'string' || typeof value === 'number') found.push(value);
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) gather(inner, found);
}
