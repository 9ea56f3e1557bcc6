import { formatDuration, parseDuration } from '../saga/durations.js';
import { suggestion } from '../saga/nearest.js';
import type { Place } from '../saga/problems.js';

/** Reads one value of a document; what is wrong goes to the place, and then the value is `undefined`. */
export type Reading<T> = (value: unknown, place: Place) => T | undefined;

/**
 * An object with these fields and no others. What is wrong or absent is left out of the result, also when it is
 * `required`: the result is a whole `T` only if no problem was noted, and must not be used otherwise.
 */
export function record<T extends object>(
  fields: { readonly [K in keyof T]-?: Reading<Exclude<T[K], undefined>> },
  ...required: (keyof T & string)[]
): Reading<T> {
  const known = Object.keys(fields);
  return (value, place) => {
    if (!isRecord(value)) return place.refuse(`must be an object with ${known.join(', ')}`);
    const result: Partial<T> = {};
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) {
        place.at(key).refuse(`unknown field${suggestion(key, known) || `; known are ${known.join(', ')}`}`);
        continue;
      }
      const read = fields[key as keyof T](value[key], place.at(key));
      if (read !== undefined) result[key as keyof T] = read;
    }
    for (const key of required) {
      if (!Object.hasOwn(value, key)) place.at(key).refuse('is missing');
    }
    return result as T;
  };
}

/** A record whose absent fields are filled from `defaults`. */
export function filled<T extends object>(reading: Reading<T>, defaults: Partial<T>): Reading<T> {
  return (value, place) => {
    const read = reading(value, place);
    return read && { ...defaults, ...read };
  };
}

/** `null` switches the policy off. */
export function orOff<T>(reading: Reading<T>): Reading<T | null> {
  return (value, place) => (value === null ? null : reading(value, place));
}

export function list<T>(reading: Reading<T>, min: number, max: number): Reading<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return place.refuse('must be a list');
    if (value.length < min || value.length > max) place.refuse(`must have ${min} to ${max} entries`);
    return value.slice(0, max).flatMap((item, index) => reading(item, place.at(index)) ?? []);
  };
}

/** A duration such as `250ms`, read into ms. */
export function duration(min: number, max: number): Reading<number> {
  return (value, place) => {
    const read = parseDuration(value);
    if (read === null) return place.refuse('must be a duration such as 250ms, 5s, 15m, 24h or 7d');
    if (read < min || read > max) {
      return place.refuse(`must be between ${formatDuration(min)} and ${formatDuration(max)}`);
    }
    return read;
  };
}

export function number(min: number, max: number): Reading<number> {
  return (value, place) =>
    typeof value === 'number' && value >= min && value <= max
      ? value
      : place.refuse(`must be a number from ${min} to ${max}`);
}

export function integer(min: number, max: number): Reading<number> {
  return (value, place) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : place.refuse(`must be a whole number from ${min} to ${max}`);
}

export function oneOf<const T extends string>(...words: readonly T[]): Reading<T> {
  return (value, place) =>
    words.includes(value as T)
      ? (value as T)
      : place.refuse(`must be one of ${words.join(', ')}${suggestion(String(value), words)}`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
