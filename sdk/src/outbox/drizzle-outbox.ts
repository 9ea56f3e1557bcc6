import { drizzleDatabase, type DrizzleDatabase, type DrizzleSql, type DrizzleTransaction } from '../sql/drizzle.js';
import type { Outbox, OutboxOptions } from './outbox.js';
import { sqlOutbox } from './sql-outbox.js';

/**
 * An outbox in Postgres, through Drizzle. A transaction is Drizzle's own.
 *
 * @param sql Drizzle's own `sql`, which our statements are made with
 * @example
 * import { sql } from 'drizzle-orm';
 * const outbox = drizzleOutbox(db, sql);
 * await db.transaction(async (tx) => {
 *   await tx.insert(orders).values({ id });
 *   await outbox.startInTransaction(tx, placeOrder, { orderId: id });
 * });
 */
export function drizzleOutbox<Tx extends DrizzleTransaction>(
  db: DrizzleDatabase<Tx>,
  sql: DrizzleSql,
  options?: OutboxOptions,
): Outbox<Tx> {
  return sqlOutbox(drizzleDatabase(db, sql), options);
}
