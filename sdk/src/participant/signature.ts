import { createHmac, timingSafeEqual } from 'node:crypto';

const SECONDS = /^\d{1,12}$/;

/** What of a message is signed, and how. */
export interface SignedMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes that came, before anything parsed them. */
  readonly body: Uint8Array;
}

/**
 * What is wrong with a message's Standard Webhooks signature; `null` when nothing is. While a secret is being replaced
 * there are several keys, and perhaps several signatures: one that fits is enough.
 * @param tolerance how far the message's time may be from ours, before or after, in ms
 * @param now epoch ms
 */
export function flawInSignature(
  { headers, body }: SignedMessage,
  keys: readonly Buffer[],
  tolerance: number,
  now: number,
): string | null {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) return 'the call is not signed';
  if (!SECONDS.test(timestamp)) return 'its webhook-timestamp is not a number of seconds';
  // A whole second is the unit of the header, so what came within it came in time.
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) * 1000 > tolerance) {
    return "its webhook-timestamp is too far from this participant's clock";
  }
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length)));
  const isGood = keys.some((key) => {
    const right = Buffer.from(createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64'));
    return given.some((signature) => signature.length === right.length && timingSafeEqual(signature, right));
  });
  return isGood ? null : 'its signature is not of a secret that this participant knows';
}
