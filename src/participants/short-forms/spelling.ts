import { suggestion } from '../../saga/nearest.js';
import type { Place, Problem } from '../../saga/problems.js';
import { isRecord } from '../readings.js';

/** Names of a short form, with what the long form calls them; all others only differ by their snake_case. */
export interface Spelling {
  readonly [short: string]: string;
}

/** Fields whose value is a time. */
const TIMES = /(?:^|_)(?:timeout|interval|duration|window|elapsed|ejection|wait|connect|total)$/;

/** A short form with the names of the long form, and `reset_timeout: 60` as `60s`. It has yet to be read. */
export function inLongForm(
  value: Readonly<Record<string, unknown>>,
  spelling: Spelling,
  place: Place,
): Readonly<Record<string, unknown>> {
  const long: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const called = Object.hasOwn(spelling, name) ? (spelling[name] as string) : camel(name);
    if (/[A-Z]/.test(name)) place.at(name).refuse(`unknown field, did you mean ${snake(name)}?`);
    else if (Object.hasOwn(long, called)) place.at(name).refuse('says again what another field says: leave one out');
    else if (isRecord(inner)) long[called] = inLongForm(inner, spelling, place.at(name));
    else long[called] = TIMES.test(name) ? asDuration(inner) : inner;
  }
  return long;
}

/** A problem with the long form, in the words of the short one. */
export function inShortForm({ pointer, detail }: Problem, spelling: Spelling): Problem {
  const shortOf = new Map(Object.entries(spelling).map(([short, long]) => [long, short]));
  const short = (name: string): string => shortOf.get(name) ?? snake(name);
  const path = pointer.split('/').map(short);
  const said = detail.replace(/\b[a-z]+(?:[A-Z][a-z]+)*\b/g, short);
  // The long form does not know which of its names are written otherwise here, and may take one for another.
  const meant = detail.startsWith('unknown field') && suggestion(path.at(-1) as string, Object.keys(spelling));
  return { pointer: path.join('/'), detail: meant ? `unknown field${meant}` : said };
}

/** A number means seconds, down to the millisecond. */
export function asDuration(value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isInteger(value) ? `${value}s` : `${Math.round(value * 1_000)}ms`;
}

function camel(name: string): string {
  return name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
