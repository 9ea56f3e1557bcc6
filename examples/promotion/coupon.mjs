import { enter } from '../order/ledger.mjs';
import { serve } from '../order/service.mjs';

const tables = `create table if not exists coupons (
  id int generated always as identity primary key,
  customer text not null,
  charge text not null unique
)`;

await serve('coupon', { port: 8103, tables }, (coupon) => {
  coupon.action('/coupons', async (call, tx) => {
    const { customer, charge } = call.body;
    const grant = 'insert into coupons (customer, charge) values ($1, $2) returning id';
    const { rows } = await tx.query(grant, [customer, charge]);
    const code = `THANKS-${rows[0].id}`;
    await enter(tx, call, `${code} for ${customer}`);
    return { code };
  });
});
