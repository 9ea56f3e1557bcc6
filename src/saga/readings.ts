import { formatDuration, parseDuration } from './durations.js';
import { suggestion } from './nearest.js';
import type { Place } from './problems.js';

/** Reads one value of a document; what is wrong goes to the place, and then the value is `undefined`. */
export type Reading<T> = (value: unknown, place: Place) => T | undefined;

type Fields<T> = { readonly [K in keyof T]-?: Reading<Exclude<T[K], undefined>> };

/**
 * An object with these fields and no others. What is wrong is there as `undefined`, also when it is `required`: the
 * result is a whole `T` only if no problem was noted, and must not be used as one otherwise.
 */
export function record<T extends object>(fields: Fields<T>, ...required: (keyof T & string)[]): Reading<T> {
  const known = Object.keys(fields);
  return (value, place) => {
    if (!isRecord(value)) return place.refuse(`must be an object with ${known.join(', ')}`);
    const result: Partial<T> = {};
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) {
        place.at(key).refuse(`unknown field${suggestion(key, known) || `; known here are ${known.join(', ')}`}`);
        continue;
      }
      result[key as keyof T] = fields[key as keyof T](value[key], place.at(key));
    }
    for (const key of required) if (!Object.hasOwn(value, key)) place.at(key).refuse('is missing');
    return result as T;
  };
}

/** What can't be read is left out, so positions count only if no problem was noted. */
export function list<T>(reading: Reading<T>, min: number, max: number): Reading<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return place.refuse('must be a list');
    if (value.length < min || value.length > max)
      place.refuse(`must have ${min} to ${max} entries, has ${value.length}`);
    return value.slice(0, max).flatMap((item, index) => reading(item, place.at(index)) ?? []);
  };
}

export function text(max: number): Reading<string> {
  return (value, place) => {
    if (typeof value !== 'string') return place.refuse('must be a text');
    return value.length <= max ? value : place.refuse(`must have at most ${max} characters, has ${value.length}`);
  };
}

/** A text of this form; `form` says it in words: `lower-case letters, digits and hyphens`. */
export function matching(pattern: RegExp, form: string): Reading<string> {
  return (value, place) =>
    typeof value === 'string' && pattern.test(value) ? value : place.refuse(`must be ${form}${found(value)}`);
}

/** A duration such as `250ms`, read into ms. */
export function duration(min: number, max: number): Reading<number> {
  return (value, place) => {
    const read = parseDuration(value);
    if (read === null) return place.refuse(`must be a duration such as 250ms, 5s, 15m, 24h or 7d${found(value)}`);
    if (read >= min && read <= max) return read;
    return place.refuse(`must be between ${formatDuration(min)} and ${formatDuration(max)}`);
  };
}

export function number(min: number, max: number): Reading<number> {
  return (value, place) =>
    typeof value === 'number' && value >= min && value <= max
      ? value
      : place.refuse(`must be a number from ${min} to ${max}${found(value)}`);
}

export function integer(min: number, max: number): Reading<number> {
  return (value, place) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : place.refuse(`must be a whole number from ${min} to ${max}${found(value)}`);
}

export function boolean(value: unknown, place: Place): boolean | undefined {
  return typeof value === 'boolean' ? value : place.refuse(`must be true or false${found(value)}`);
}

export function oneOf<const T extends string>(...words: readonly T[]): Reading<T> {
  return (value, place) => {
    if (words.includes(value as T)) return value as T;
    const meant = typeof value === 'string' ? suggestion(value, words) : '';
    return place.refuse(`must be one of ${words.join(', ')}${meant}`);
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `, not …` for a value that is short enough to show. */
function found(value: unknown): string {
  const shown = JSON.stringify(value) as string | undefined;
  return shown !== undefined && shown.length <= 40 ? `, not ${shown}` : '';
}
