import { AMOUNT_PATTERN, type Amount } from '../ledger/amount.js';

/** Money on its way from an account at one bank to an account at another. */
export interface Transfer {
  /** The payer's account. */
  readonly from: string;
  /** The payee's account. */
  readonly to: string;
  readonly amount: Amount;
}

/** The same as JSON Schema: what Skald lets in. */
export const TRANSFER_SCHEMA = {
  type: 'object',
  required: ['from', 'to', 'amount'],
  additionalProperties: false,
  properties: {
    from: { type: 'string', minLength: 1, maxLength: 34 },
    to: { type: 'string', minLength: 1, maxLength: 34 },
    amount: { type: 'string', pattern: AMOUNT_PATTERN },
  },
} as const;
