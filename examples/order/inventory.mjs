import { Rejected } from '@skald/sdk';
import { enter } from './ledger.mjs';
import { serve } from './service.mjs';

const tables = `
create table if not exists stock (sku text primary key, pieces int not null check (pieces >= 0));
insert into stock values ('laptop', 5), ('phone', 2), ('book', 100) on conflict do nothing;
create table if not exists reservations (
  id int generated always as identity primary key,
  saga uuid not null unique,
  sku text not null references stock,
  qty int not null
)`;

await serve('inventory', { port: 8091, tables }, (inventory) => {
  inventory.action('/reservations', async (call, tx) => {
    const { sku, qty } = call.body;
    const take = 'update stock set pieces = pieces - $2 where sku = $1 and pieces >= $2';
    if ((await tx.query(take, [sku, qty])).rowCount === 0) throw new Rejected(`there are not ${qty} × ${sku}`);
    const reserve = 'insert into reservations (saga, sku, qty) values ($1, $2, $3) returning id';
    const { rows } = await tx.query(reserve, [call.sagaId, sku, qty]);
    await enter(tx, call, `${qty} × ${sku} reserved`);
    return { id: `res-${rows[0].id}` };
  });

  inventory.compensation('/reservations/cancel', async (call, tx) => {
    const cancel = 'delete from reservations where saga = $1 returning sku, qty';
    const [{ sku, qty }] = (await tx.query(cancel, [call.sagaId])).rows;
    await tx.query('update stock set pieces = pieces + $2 where sku = $1', [sku, qty]);
    await enter(tx, call, `${qty} × ${sku} back on the shelf`);
  });
});
