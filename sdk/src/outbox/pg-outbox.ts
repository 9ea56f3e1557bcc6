import { pgDatabase, type PgPool, type PgPoolClient } from '../sql/pg.js';
import type { Outbox, OutboxOptions } from './outbox.js';
import { sqlOutbox } from './sql-outbox.js';

/**
 * An outbox in Postgres, through a pool of `pg`. A transaction is the client that is in it.
 *
 * @example
 * const pool = new Pool();
 * const outbox = pgOutbox(pool);
 * await outbox.migrate();
 * outbox.relay(new SkaldClient({ baseUrl })).start();
 */
export function pgOutbox<Client extends PgPoolClient>(pool: PgPool<Client>, options?: OutboxOptions): Outbox<Client> {
  return sqlOutbox(pgDatabase(pool), options);
}
