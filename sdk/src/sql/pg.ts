import type { Isolation } from './isolation.js';
import type { Row, SqlDatabase, SqlSession } from './session.js';

/** What we need to know of a `Client` of `pg`. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
}

/** What we need to know of a client that a `Pool` of `pg` has lent. */
export interface PgPoolClient extends PgClient {
  release(error?: Error | boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What we need to know of a `Pool` of `pg`. */
export interface PgPool<Client extends PgPoolClient = PgPoolClient> {
  connect(callback: (error: Error | undefined, client: Client | undefined, done: () => void) => void): void;
}

/** Postgres through a pool of `pg`; the transaction is one of its clients. */
export function pgDatabase<Client extends PgPoolClient>(
  pool: PgPool<Client>,
  isolation: Isolation = 'read committed',
): SqlDatabase<Client> {
  return {
    async transaction(work) {
      let broken: Error | undefined;
      const heed = (error: Error): void => void (broken = error);
      const client = await borrow(pool, heed);
      try {
        await client.query(`begin isolation level ${isolation}`);
        const result = await work(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: unknown) => void (broken ??= failure as Error));
        throw error;
      } finally {
        // A broken one may have more to say while the pool throws it away.
        if (!broken) client.removeListener('error', heed);
        client.release(broken);
      }
    },
    session: pgSession,
  };
}

/**
 * A connection that breaks between two statements says so by an event, and nobody listening would end the process. A
 * promise tells of the client too late: the event may come in between.
 */
function borrow<Client extends PgPoolClient>(pool: PgPool<Client>, heed: (error: Error) => void): Promise<Client> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (!client) return reject(error ?? new Error('the pool has lent no client'));
      client.on('error', heed);
      resolve(client);
    });
  });
}

/** Our statements on a client of `pg`. */
export function pgSession(client: PgClient): SqlSession {
  return {
    async query(text, values = []) {
      // Without values the simple protocol is used, which takes several statements at once.
      const { rows } = values.length === 0 ? await client.query(text) : await client.query(text, [...values]);
      return rows;
    },
  };
}
