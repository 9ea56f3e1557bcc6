import { enter } from './ledger.mjs';
import { serve } from './service.mjs';

const tables = `
create table if not exists bookings (
  id int generated always as identity primary key,
  saga uuid not null unique,
  address text not null
);
create table if not exists shipments (
  id int generated always as identity primary key,
  saga uuid not null unique,
  booking text not null
)`;

await serve('shipping', { port: 8093, tables }, (shipping) => {
  shipping.action('/bookings', async (call, tx) => {
    const { address } = call.body;
    const book = 'insert into bookings (saga, address) values ($1, $2) returning id';
    const { rows } = await tx.query(book, [call.sagaId, address]);
    await enter(tx, call, `courier booked for ${address}`);
    return { id: `slot-${rows[0].id}` };
  });

  shipping.compensation('/bookings/cancel', async (call, tx) => {
    const callOff = 'delete from bookings where saga = $1 returning address';
    const { rows } = await tx.query(callOff, [call.sagaId]);
    await enter(tx, call, `courier for ${rows[0].address} called off`);
  });

  // No compensation: this is the step after which there is no way back.
  shipping.action('/shipments', async (call, tx) => {
    const ship = 'insert into shipments (saga, booking) values ($1, $2) returning id';
    const { rows } = await tx.query(ship, [call.sagaId, call.body.booking]);
    const tracking = `SK${String(rows[0].id).padStart(6, '0')}`;
    await enter(tx, call, `handed over, tracking ${tracking}`);
    return { tracking };
  });
});
