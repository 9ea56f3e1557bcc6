import type { Json } from './json.js';
import { MappingError } from './template.js';

/** Largest result of a template: 1 Mi characters of JSON, counted before escaping. */
export const MAX_RESULT_SIZE = 1_048_576;

/** Deepest result of a template. Inputs and outputs are held to less where they come in. */
export const MAX_RESULT_DEPTH = 100;

/**
 * A plain copy of what an expression yielded: JSONata's arrays carry hidden properties, its objects no prototype.
 * `undefined` becomes `null`, or is left out of an object, as in `JSON.stringify`.
 * @throws MappingError for what is not JSON (functions, NaN) and for more than the bounds allow
 */
export function plainJson(value: unknown): Json {
  let size = 0;
  return copy(value, 0);

  function copy(value: unknown, depth: number): Json {
    if (depth > MAX_RESULT_DEPTH) throw new MappingError(`the result is more than ${MAX_RESULT_DEPTH} levels of JSON`);
    switch (typeof value) {
      case 'string':
        grow(value.length + 2);
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw new MappingError(`the result holds ${value}, which is not JSON`);
        grow(1);
        return value;
      case 'boolean':
        grow(4);
        return value;
      case 'undefined':
        grow(4);
        return null;
      case 'object':
        if (value === null) {
          grow(4);
          return null;
        }
        return Array.isArray(value) ? copyArray(value, depth) : copyObject(value as Record<string, unknown>, depth);
      default:
        throw new MappingError(`the result holds a ${typeof value}, which is not JSON`);
    }
  }

  function copyArray(array: readonly unknown[], depth: number): Json {
    grow(2 + array.length);
    return Array.from(array, (item) => copy(item, depth + 1));
  }

  function copyObject(object: Record<string, unknown>, depth: number): Json {
    const result: Record<string, Json> = {};
    grow(2);
    for (const key of Object.keys(object)) {
      const inner = object[key];
      if (inner === undefined) continue;
      // A plain assignment to this key would change the prototype of the copy.
      if (key === '__proto__') throw new MappingError('the result holds a field called __proto__, which is refused');
      grow(key.length + 4);
      result[key] = copy(inner, depth + 1);
    }
    return result;
  }

  function grow(by: number): void {
    size += by;
    if (size > MAX_RESULT_SIZE) throw new MappingError(`the result is more than ${MAX_RESULT_SIZE} characters of JSON`);
  }
}
