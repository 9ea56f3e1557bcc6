import type { Json } from './json.js';

/**
 * The one text that stands for a JSON value: keys in one fixed order, no blanks.
 * Two documents with equal text have equal content, whatever order or layout they were written in; whoever needs a
 * fingerprint hashes this.
 */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) => (isObject(inner) ? inSortedOrder(inner) : inner));
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inSortedOrder(object: { readonly [key: string]: Json }): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, object[key] as Json]),
  );
}
