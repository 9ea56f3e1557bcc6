import { Problem } from './errors/problem.js';

/** @throws Problem unless it is a key that a client may give (contract §5) */
export function checkIdempotencyKey(key: string): string {
  if (/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(key)) return key;
  const detail = 'Idempotency-Key must be 1 to 255 printable ASCII characters';
  throw new Problem(400, 'invalid-idempotency-key', 'Invalid Idempotency-Key', detail);
}
