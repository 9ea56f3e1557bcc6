import type { Isolation } from '../sql/isolation.js';
import { pgDatabase, type PgPool, type PgPoolClient } from '../sql/pg.js';
import { sqlBarrier, type SqlBarrier, type SqlBarrierOptions } from './sql-barrier.js';

/**
 * A barrier in Postgres, through a pool of `pg`. Handlers get the client that is in the barrier's transaction: what they
 * do with it, and only that, takes effect at most once.
 *
 * @param options `isolation`: default `read committed`
 * @example
 * const pool = new Pool();
 * const barrier = pgBarrier(pool);
 * await barrier.migrate();
 * const payment = participant({ secret: process.env.PAYMENT_SECRET, barrier });
 * payment.action('/charges', async (call, tx) => {
 *   const { rows } = await tx.query('insert into charges (card, amount) values ($1, $2) returning id', [card, amount]);
 *   return { id: rows[0].id };
 * });
 */
export function pgBarrier<Client extends PgPoolClient>(
  pool: PgPool<Client>,
  { isolation, ...options }: SqlBarrierOptions & { readonly isolation?: Isolation } = {},
): SqlBarrier<Client> {
  return sqlBarrier(pgDatabase(pool, isolation), options);
}
