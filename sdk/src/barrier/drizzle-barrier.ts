import { drizzleDatabase, type DrizzleDatabase, type DrizzleSql, type DrizzleTransaction } from '../sql/drizzle.js';
import type { Isolation } from '../sql/isolation.js';
import { sqlBarrier, type SqlBarrier, type SqlBarrierOptions } from './sql-barrier.js';

/**
 * A barrier in Postgres, through Drizzle. Handlers get the transaction of Drizzle.
 *
 * Drizzle doesn't listen to the connections that it borrows from a pool of `pg`, and a connection that breaks while
 * nobody listens ends the process: `pool.on('connect', (client) => client.on('error', report))`.
 *
 * @param sql Drizzle's own `sql`, which our statements are made with
 * @param options `isolation`: default `read committed`
 * @example
 * import { sql } from 'drizzle-orm';
 * const barrier = drizzleBarrier(drizzle(pool), sql);
 */
export function drizzleBarrier<Tx extends DrizzleTransaction>(
  db: DrizzleDatabase<Tx>,
  sql: DrizzleSql,
  { isolation, ...options }: SqlBarrierOptions & { readonly isolation?: Isolation } = {},
): SqlBarrier<Tx> {
  return sqlBarrier(drizzleDatabase(db, sql, isolation), options);
}
