import type { StepError } from './reply.js';

/** Longest message kept, in characters. */
const MESSAGE_LIMIT = 300;

/** An error with a bounded message and the fingerprint of its cause. */
export function stepError(code: string, message: string): StepError {
  return { code, message: message.slice(0, MESSAGE_LIMIT), fingerprint: fingerprint(code, message) };
}

/**
 * Equal for errors with the same cause: ids, numbers and quoted values are blanked before hashing, so that a thousand
 * sagas with the same trouble make one group. Two rounds of FNV-1a (Fowler, Noll, Vo), 48 bits as 12 hex digits.
 */
function fingerprint(code: string, message: string): string {
  const cause = `${code}\n${message
    .toLowerCase()
    .replace(/"[^"]*"|'[^']*'/g, '?')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27,}/g, '?')
    .replace(/\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b/g, '?')
    .replace(/\s+/g, ' ')}`;
  return hex(fnv1a(cause, 0x811c9dc5), 6) + hex(fnv1a(cause, 0x01000193), 6);
}

function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 24)) & 0xffffff;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
