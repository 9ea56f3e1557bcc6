import type { JsonObject } from './json.js';
import type { Place } from './problems.js';
import { isRecord } from './readings.js';

/** Bounds of a document that someone sends: they keep the work of reading it, and of everything after, small. */
export const MAX_DEPTH = 64;
export const MAX_TEXT = 65_536;
export const MAX_VALUES = 50_000;

/** Postgres can't store NUL or half a surrogate pair in JSON. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Whether a document is a JSON object within bounds that can be stored as it is. What is wrong goes to `place`. */
export function isStorable(document: unknown, place: Place): document is JsonObject {
  let left = MAX_VALUES;
  if (!isRecord(document)) {
    place.refuse('must be a JSON object');
    return false;
  }
  return check(document, place, 0);

  function check(value: unknown, place: Place, depth: number): boolean {
    if (--left === 0) place.refuse(`is too large: more than ${MAX_VALUES} values`);
    if (left <= 0) return false;
    if (depth > MAX_DEPTH) return refuse(place, `is nested too deeply: more than ${MAX_DEPTH} levels`);
    switch (typeof value) {
      case 'string':
        return checkText(value, place);
      case 'boolean':
        return true;
      case 'number':
        return Number.isFinite(value) || refuse(place, 'must be a finite number');
      case 'object':
        if (value === null) return true;
        if (Array.isArray(value)) return every(value.entries(), (item, i) => check(item, place.at(i), depth + 1));
        return checkObject(value, place, depth);
      default:
        return refuse(place, 'is not JSON');
    }
  }

  function checkObject(object: object, place: Place, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) return refuse(place, 'is not JSON');
    return every(Object.entries(object), (value, key) => {
      if (key === '__proto__') return refuse(place.at(key), 'a field of this name is refused: call it something else');
      return checkText(key, place) && check(value, place.at(key), depth + 1);
    });
  }
}

function checkText(text: string, place: Place): boolean {
  if (text.length > MAX_TEXT) return refuse(place, `is too long: more than ${MAX_TEXT} characters`);
  return !UNSTORABLE.test(text) || refuse(place, 'holds a NUL or half a surrogate pair: take it out');
}

/** All are checked, also after the first that fails, so that every problem is found at once. */
function every<K>(entries: Iterable<[K, unknown]>, holds: (value: unknown, key: K) => boolean): boolean {
  let all = true;
  for (const [key, value] of entries) all = holds(value, key) && all;
  return all;
}

function refuse(place: Place, detail: string): false {
  place.refuse(detail);
  return false;
}
