import { Problem } from './errors/problem.js';

/** `"17"`, or several separated by commas. A weak tag (`W/"17"`) is allowed and, as RFC 9110 §13.1.1 has it, never fits. */
const TAGS = /^\s*(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*\s*$/;

/**
 * Which numbers of its last entry a saga may have, by the header `If-Match` (the ETag of a saga is that number). Without
 * the header, and with `*`: any.
 */
export function ifMatch(header: string | undefined): (seq: number) => boolean {
  if (header === undefined || header.trim() === '*') return () => true;
  if (!TAGS.test(header)) {
    const detail = 'If-Match must be the ETag of the saga, in its quotes: "17"';
    throw new Problem(400, 'invalid-if-match', 'Invalid If-Match', detail);
  }
  const tags = new Set(header.split(',').map((tag) => tag.trim()));
  return (seq) => tags.has(`"${seq}"`);
}
