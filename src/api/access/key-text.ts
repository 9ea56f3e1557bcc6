import { createHash, randomBytes } from 'node:crypto';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const FORM = new RegExp(`^sk_(${UUID})_([A-Za-z0-9_-]{43})$`);

/** 32 random bytes as they stand in a key. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A key as its owner gets it: `sk_<id>_<secret>`. */
export function keyText(id: string, secret: string): string {
  return `sk_${id}_${secret}`;
}

/** The parts of a stored key's text; `null` for what can't be one, of which nobody needs to be asked. */
export function readKeyText(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/**
 * What is kept of a secret. One round of SHA-256 without salt is enough: a secret has 256 random bits, so there is nothing
 * to guess that a slower hash would make dearer, and requests stay cheap.
 */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
