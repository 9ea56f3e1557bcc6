/**
 * A value as JSON, provided that JSON can say it: what comes out is what went in.
 * Members that are `undefined` are left out; objects with a `toJSON`, such as dates, are what that gives.
 *
 * @param what a word for the value, for the message
 * @throws {TypeError} with a sentence that names the place
 */
export function jsonText(what: string, value: unknown): string {
  refuseOther(what, value, []);
  return JSON.stringify(value);
}

function refuseOther(place: string, given: unknown, above: readonly object[]): void {
  const value = hasToJson(given) ? given.toJSON() : given;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value !== 'object') {
    throw new TypeError(
      `${place} must be JSON, which has no ${kindOf(value)}${typeof value === 'bigint' ? ': make it a text' : ''}`,
    );
  }
  if (value instanceof Map || value instanceof Set) {
    throw new TypeError(`${place} must be JSON, which has no Map and no Set: make it an object or a list`);
  }
  if (above.includes(value)) throw new TypeError(`${place} must be JSON, which can't hold itself`);

  const here = [...above, value];
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) refuseOther(`${place}[${i}]`, item, here);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) refuseOther(`${place}.${name}`, member, here);
  }
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function';
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'bigint' ? 'BigInt' : typeof value;
}
