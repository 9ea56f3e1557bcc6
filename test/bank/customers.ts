import { BANKS, type Bank } from '../../examples/bank/src/banks.js';
import { euros, type Amount } from '../../examples/bank/src/ledger/amount.js';
import type { Transfer } from '../../examples/bank/src/transfers/transfer.js';
import type { Random } from './random.js';

export interface Customer {
  readonly bank: Bank;
  readonly account: string;
  /** Nothing can be paid from a closed account, nor to it. */
  readonly isClosed: boolean;
}

/** What everybody begins with. */
export const DEPOSIT: Amount = '50.00';

/** A hundred at each bank; the last five of them have closed their accounts. */
export const CUSTOMERS: readonly Customer[] = BANKS.flatMap((bank) =>
  Array.from({ length: 100 }, (_, i) => ({ bank, account: `${bank}-${i}`, isClosed: i >= 95 })),
);

/** One transfer that somebody wants. */
export interface Wish {
  readonly payer: Bank;
  readonly payee: Bank;
  readonly transfer: Transfer;
}

/**
 * Somebody pays somebody something. Some can't: they have too little (about every fourth), or the payee's account is
 * closed or not there, which is found out when the money is on its way already (about every fourteenth).
 */
export function someWish(random: Random): Wish {
  const from = random.pick(OPEN);
  const to = random.below(50) === 0 ? { bank: random.pick(BANKS), account: 'nobody' } : random.pick(CUSTOMERS);
  if (from.account === to.account) return someWish(random);
  const amount = euros(BigInt(1 + random.below(3_000))) as Amount;
  return { payer: from.bank, payee: to.bank, transfer: { from: from.account, to: to.account, amount } };
}

const OPEN = CUSTOMERS.filter(({ isClosed }) => !isClosed);
