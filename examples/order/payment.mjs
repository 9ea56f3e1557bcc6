import { Refusal, run } from './participant.mjs';

/** What one card may be charged for one order, in cents. */
const CARD_LIMIT = 200_000;

const money = (cents) => `${(cents / 100).toFixed(2)} €`;

export const payment = {
  name: 'payment',
  actions: {
    '/charges': ({ amount, reservation }, ledger) => {
      if (amount > CARD_LIMIT) throw new Refusal(`${money(amount)} is over the card's limit of ${money(CARD_LIMIT)}`);
      const id = `ch-${ledger.entries.length + 1}`;
      return { what: `${money(amount)} charged`, output: { id }, data: { id, amount, reservation } };
    },
  },
  compensations: {
    '/charges/refund': ({ data }) => ({ what: `${money(data.amount)} refunded` }),
  },
};

if (import.meta.filename === process.argv[1]) run(payment, 8092);
