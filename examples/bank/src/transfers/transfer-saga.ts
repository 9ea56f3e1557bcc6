import { saga, type BuiltSaga } from '@skald/sdk';
import type { Bank } from '../banks.js';
import { TRANSFER_SCHEMA, type Transfer } from './transfer.js';

/**
 * A transfer between two banks, or within one. A definition names its participants, so there is one for each way.
 *
 * - The debit comes first: nobody is given money that nobody has paid. It can be undone at any time, since nobody but the
 *   bank itself can touch money in transit.
 * - The credit is the pivot: once it is there, the payee may have spent it, and no bank could take it back for sure. So it
 *   is never undone, and never left in doubt either: the payee's bank is asked until it has said yes or no.
 * - The settlement only says in the books of the payer's bank what has happened, so it can't fail for good.
 */
export function transferBetween(payer: Bank, payee: Bank): BuiltSaga<Transfer, null> {
  return saga(`transfer-${payer}-${payee}`, { description: `Money from an account at ${payer} to one at ${payee}` })
    .input<Transfer>(TRANSFER_SCHEMA)
    .step('debit', {
      participant: `bank-${payer}`,
      action: { path: '/debits', body: ({ input }) => ({ account: input.from, amount: input.amount }) },
      compensation: { path: '/debits/cancel' },
      compensationRetry: UNTIL_ANSWERED,
    })
    .pivot('credit', {
      participant: `bank-${payee}`,
      action: { path: '/credits', body: ({ input }) => ({ account: input.to, amount: input.amount }) },
      retry: UNTIL_ANSWERED,
    })
    .retriable('settle', {
      participant: `bank-${payer}`,
      action: { path: '/settlements', body: ({ input }) => ({ amount: input.amount }) },
      retry: UNTIL_ANSWERED,
    })
    .build();
}

const UNTIL_ANSWERED = { maxAttempts: 'unlimited', maxInterval: '30s' } as const;
