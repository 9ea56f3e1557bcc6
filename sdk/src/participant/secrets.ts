const BASE64 = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const TEXT = /^[\x21-\x7e]{8,256}$/;
const FEWEST_BYTES = 16;
const FORM = `whsec_ followed by the base64 of ${FEWEST_BYTES} bytes or more, or 8 to 256 printable ASCII characters`;

/**
 * The keys in one or several secrets, read as Skald reads `signing: { secret }`.
 * @throws {TypeError} if one is missing or malformed: a service must not start open because a variable isn't set
 */
export function keysIn(secret: unknown): readonly Buffer[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0)
    throw new TypeError('participant({ secret }) is an empty list: give a secret, or leave it out');
  return secrets.map(keyIn);
}

function keyIn(secret: unknown): Buffer {
  if (secret === undefined || secret === null || secret === '') {
    throw new TypeError(
      'participant({ secret }) is there but empty: is a variable not set? To take unsigned calls, leave it out',
    );
  }
  const key = typeof secret === 'string' ? bytesOf(secret) : null;
  // The secret itself stays out of the sentence.
  if (!key) throw new TypeError(`participant({ secret }) must be ${FORM}`);
  return key;
}

function bytesOf(secret: string): Buffer | null {
  const base64 = BASE64.exec(secret)?.[1];
  if (base64 !== undefined) {
    const key = Buffer.from(base64, 'base64');
    return key.length >= FEWEST_BYTES ? key : null;
  }
  // `env:NAME` is how Skald's own files name a variable, and `(hidden)` how it shows a secret: here they are mistakes.
  return !/^(?:whsec_|env:|\(hidden\)$)/.test(secret) && TEXT.test(secret) ? Buffer.from(secret) : null;
}
