import type { DefinitionRef } from './definition-ref.js';
import type { StartFields } from './start-options.js';

/** The body of a start; what is undefined falls out of JSON by itself. */
export function startBody(
  definition: string | DefinitionRef,
  input: unknown,
  { businessKey, concurrencyKey, tags, version }: Omit<StartFields, 'idempotencyKey'>,
): object {
  const ref: DefinitionRef = typeof definition === 'string' ? { name: definition } : definition;
  return { definition: ref.name, version: version ?? ref.version, input, businessKey, concurrencyKey, tags };
}

/**
 * The header that names a start.
 * @throws {TypeError} if no header can carry the key
 */
export function keyHeader(idempotencyKey: string): { readonly 'idempotency-key': string } {
  if (/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(idempotencyKey)) return { 'idempotency-key': idempotencyKey };
  throw new TypeError('idempotencyKey must be 1 to 255 printable ASCII characters, the first of them no space');
}
