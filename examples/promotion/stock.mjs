import { enter } from '../order/ledger.mjs';
import { serve } from '../order/service.mjs';

const tables = `create table if not exists reservations (
  id int generated always as identity primary key,
  saga uuid not null unique,
  sku text not null,
  qty int not null
)`;

await serve('stock', { port: 8101, tables }, (stock) => {
  stock.action('/reservations', async (call, tx) => {
    const { sku, qty } = call.body;
    const reserve = 'insert into reservations (saga, sku, qty) values ($1, $2, $3) returning id';
    const { rows } = await tx.query(reserve, [call.sagaId, sku, qty]);
    await enter(tx, call, `${qty} × ${sku} reserved`);
    return { id: `res-${rows[0].id}`, qty };
  });

  stock.compensation('/reservations/cancel', async (call, tx) => {
    await tx.query('delete from reservations where saga = $1', [call.sagaId]);
    await enter(tx, call, 'back on the shelf');
  });
});
