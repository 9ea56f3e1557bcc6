import { knexDatabase, type KnexInstance, type KnexTransaction } from '../sql/knex.js';
import type { Outbox, OutboxOptions } from './outbox.js';
import { sqlOutbox } from './sql-outbox.js';

/**
 * An outbox in Postgres, through Knex. A transaction is a `Knex.Transaction`.
 *
 * @example
 * const outbox = knexOutbox(db);
 * await db.transaction(async (trx) => {
 *   await trx('orders').insert({ id });
 *   await outbox.startInTransaction(trx, placeOrder, { orderId: id });
 * });
 */
export function knexOutbox<Tx extends KnexTransaction>(knex: KnexInstance<Tx>, options?: OutboxOptions): Outbox<Tx> {
  return sqlOutbox(knexDatabase(knex), options);
}
