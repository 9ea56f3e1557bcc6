import { createHmac } from 'node:crypto';
import { record, type Reading } from './readings.js';
import type { Participant, Signing } from './participant.js';

/** What stands for a secret wherever a participant is shown. */
export const HIDDEN = '(hidden)';

const VARIABLE = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;
const BASE64 = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const TEXT = /^[\x21-\x7e]{8,256}$/;
const FEWEST_BYTES = 16;

/** Reads `signing: { secret }`. */
export const signing: Reading<Signing> = record<Signing>(
  {
    secret: (value, place) => {
      if (value === HIDDEN) return place.refuse(`is only shown as ${HIDDEN}; give the secret itself or env:NAME`);
      const isGood = typeof value === 'string' && (VARIABLE.test(value) || keyOf(value) !== null);
      return isGood ? value : place.refuse(`must be env:NAME, ${FORM}`);
    },
  },
  'secret',
);

const FORM = `whsec_ followed by the base64 of ${FEWEST_BYTES} bytes or more, or 8 to 256 printable ASCII characters`;

/**
 * The key that a participant's calls are signed with: `null` when it wants none.
 * `problem` when the variable that should hold it is unset or malformed: such a participant must not be called,
 * because it could not tell us from anybody else.
 */
export function signingKey(
  { signing }: Participant,
  env: NodeJS.ProcessEnv,
): { readonly key: Buffer | null } | { readonly problem: string } {
  if (!signing) return { key: null };
  const variable = VARIABLE.exec(signing.secret)?.[1];
  const secret = variable === undefined ? signing.secret : env[variable];
  if (!secret) return { problem: `the variable ${variable} that holds the signing secret is not set` };
  const key = keyOf(secret);
  return key ? { key } : { problem: `the variable ${variable} must hold ${FORM}` };
}

/** The bytes of a secret: base64 after `whsec_`, else the text itself; `null` when it is neither. */
export function keyOf(secret: string): Buffer | null {
  const base64 = BASE64.exec(secret)?.[1];
  if (base64 !== undefined) {
    const key = Buffer.from(base64, 'base64');
    return key.length >= FEWEST_BYTES ? key : null;
  }
  return !secret.startsWith('whsec_') && !secret.startsWith('env:') && TEXT.test(secret) ? Buffer.from(secret) : null;
}

/**
 * The `webhook-signature` of one message, as Standard Webhooks lays it down.
 * @param id `webhook-id`: the idempotency key, equal for every attempt, so that receivers see repeats as repeats
 * @param timestamp `webhook-timestamp`: seconds since 1970
 */
export function sign(key: Buffer, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
