import { Rejected } from '@skald/sdk';
import { enter } from './ledger.mjs';
import { serve } from './service.mjs';

/** What one card may be charged for one order, in cents. */
const CARD_LIMIT = 200_000;

const money = (cents) => `${(cents / 100).toFixed(2)} €`;

const tables = `create table if not exists charges (
  id int generated always as identity primary key,
  saga uuid not null unique,
  reservation text not null,
  amount int not null,
  refunded boolean not null default false
)`;

await serve('payment', { port: 8092, tables }, (payment) => {
  payment.action('/charges', async (call, tx) => {
    const { amount, reservation } = call.body;
    if (amount > CARD_LIMIT) throw new Rejected(`${money(amount)} is over the card's limit of ${money(CARD_LIMIT)}`);
    const charge = 'insert into charges (saga, reservation, amount) values ($1, $2, $3) returning id';
    const { rows } = await tx.query(charge, [call.sagaId, reservation, amount]);
    await enter(tx, call, `${money(amount)} charged`);
    return { id: `ch-${rows[0].id}` };
  });

  // By the saga, not by the id that the action answered: that answer may have been lost on its way.
  payment.compensation('/charges/refund', async (call, tx) => {
    const refund = 'update charges set refunded = true where saga = $1 returning amount';
    const { rows } = await tx.query(refund, [call.sagaId]);
    await enter(tx, call, `${money(rows[0].amount)} refunded`);
  });
});
