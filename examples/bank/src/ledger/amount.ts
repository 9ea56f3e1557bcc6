import { Rejected } from '@skald/sdk';

/**
 * Euros as a decimal text, `12.34`: what travels in JSON. A JSON number would be a binary float somewhere on its way, and
 * there is no float for ten cents. In the programs and in Postgres an amount is a whole number of cents.
 */
export type Amount = `${bigint}.${number}`;

/** The same in JSON Schema: above zero, and at most 999,999,999,999.99. */
export const AMOUNT_PATTERN = '^(?!0\\.00$)(0|[1-9][0-9]{0,11})\\.[0-9]{2}$';

export function isAmount(value: unknown): value is Amount {
  return typeof value === 'string' && new RegExp(AMOUNT_PATTERN).test(value);
}

/**
 * `12.34` are 1234 cents.
 * @throws {Rejected} `malformed-amount`, if it came from somebody who doesn't keep to the type
 */
export function centsOf(amount: Amount): bigint {
  if (!isAmount(amount)) throw new Rejected('an amount is a text like 12.34, above zero', { code: 'malformed-amount' });
  return BigInt(amount.replace('.', ''));
}

/** 1234 cents are `12.34`; a sum may be zero, or negative. */
export function euros(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
