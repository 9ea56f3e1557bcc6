import { drizzle } from 'drizzle-orm/node-postgres';
import { sql } from 'drizzle-orm';
import knex from 'knex';
import { Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../test/support/database.js';
import { isCommitted } from '../../../test/support/tcp-proxy.js';
import type { Barrier, Guarded, Verdict } from '../../src/barrier/barrier.js';
import { drizzleBarrier } from '../../src/barrier/drizzle-barrier.js';
import { knexBarrier } from '../../src/barrier/knex-barrier.js';
import { pgBarrier } from '../../src/barrier/pg-barrier.js';
import { typeormBarrier } from '../../src/barrier/typeorm-barrier.js';
import type { OperationId } from '../../src/participant/call.js';
import type { Isolation } from '../../src/sql/isolation.js';
import type { Row } from '../../src/sql/session.js';
import type { Entry, Hand, Instance, Stage, Surroundings } from './stage.js';

/** A statement in the transaction of the barrier, sent in the way of the library. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** A process whose works can say SQL. */
export interface SqlInstance extends Instance {
  guardSql(operation: OperationId, work: (query: Query) => Promise<Verdict>): Promise<Guarded>;
}

export interface SqlStage extends Stage {
  instance(surroundings?: Surroundings & { readonly isolation?: Isolation }): Promise<SqlInstance>;
  /** Outside of all transactions. */
  readonly query: Query;
  /** Of the database. */
  readonly url: string;
  readonly name: string;
}

/** A library's barrier, and how work says something in its kind of transaction. */
interface Opened<Tx> {
  readonly barrier: Barrier<Tx>;
  readonly query: (tx: Tx, text: string, values: readonly unknown[]) => Promise<readonly Row[]>;
  readonly close: () => Promise<unknown>;
}

/** Opens a library on the database at `url`; `use` may not say more about the kind of transaction. */
export type Library = (
  url: string,
  connections: number,
  isolation: Isolation,
  use: <Tx>(opened: Opened<Tx>) => SqlInstance,
) => Promise<SqlInstance>;

export const LIBRARIES = {
  pg: async (url, max, isolation, use) => {
    const pool = quietPool(url, max);
    return use({ barrier: pgBarrier(pool, { isolation }), query: queryPg, close: () => pool.end() });
  },
  typeorm: async (url, max, isolation, use) => {
    const source = await new DataSource({ type: 'postgres', url, extra: { max } }).initialize();
    return use({
      barrier: typeormBarrier(source, { isolation }),
      query: (manager, text, values) => manager.query<Row[]>(text, [...values]),
      close: () => source.destroy(),
    });
  },
  knex: async (url, max, isolation, use) => {
    const db = knex({ client: 'pg', connection: url, pool: { min: 0, max }, log: { warn: () => {}, error: () => {} } });
    return use({
      barrier: knexBarrier(db, { isolation }),
      query: async (trx, text, values) =>
        (await trx.raw<{ rows: Row[] }>(text.replace(/\$\d/g, '?'), values as string[])).rows,
      close: () => db.destroy(),
    });
  },
  drizzle: async (url, max, isolation, use) => {
    // Drizzle lends clients without listening to them, so that a connection which breaks would end the process.
    const pool = quietPool(url, max).on('connect', (client) => client.on('error', () => {}));
    return use({
      barrier: drizzleBarrier(drizzle(pool), sql, { isolation }),
      query: async (tx, text, values) => {
        const parts = text.split(/\$\d/).map((part) => sql.raw(part));
        return (await tx.execute<Row>(sql.join(parts.flatMap((part, i) => (i ? [sql`${values[i - 1]}`, part] : part)))))
          .rows;
      },
      close: () => pool.end(),
    });
  },
} satisfies Record<string, Library>;

export async function queryPg(tx: PoolClient, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
  return (await tx.query<Row>(text, [...values])).rows;
}

/** A pool that doesn't mind connections that break while nobody uses them. */
export function quietPool(connectionString: string, max: number): Pool {
  return new Pool({ connectionString, max }).on('error', () => {});
}

/** A barrier in Postgres. */
export async function sqlStage(library: Library, usual: Isolation = 'read committed'): Promise<SqlStage> {
  const database = await freshDatabase();
  const control = quietPool(database.url, 2);
  const query: Query = async (text, values = []) => (await control.query<Row>(text, [...values])).rows;
  await pgBarrier(control).migrate();
  await query('create table ledger (n bigserial primary key, saga uuid not null, operation text not null)');
  // These tests break connections, not Postgres; what is committed needn't reach the disk.
  const name = new URL(database.url).pathname.slice(1);
  await query(`alter database ${name} set synchronous_commit = off`);
  const { hostname: host, port } = new URL(database.url);
  const address = { host, port: Number(port || 5432) };

  const kill = async (ask: Query): Promise<void> => {
    const [me] = await ask('select pg_backend_pid() as pid');
    await query('select pg_terminate_backend($1)', [me!['pid']]);
  };

  const on = <Tx>({ barrier, query: ask, close }: Opened<Tx>): SqlInstance => {
    return {
      guard: (operation, work) =>
        barrier.guard(operation, (tx) => {
          const say: Query = (text, values = []) => ask(tx, text, values);
          return work(handOf(operation, say, () => kill(say)));
        }),
      guardSql: (operation, work) =>
        barrier.guard(operation, (tx) => work((text, values = []) => ask(tx, text, values))),
      close: async () => void (await close()),
    };
  };

  return {
    address,
    commit: {
      word: library === LIBRARIES.pg || library === LIBRARIES.drizzle ? 'commit' : 'COMMIT',
      isWhole: isCommitted,
    },
    makesOthersWait: true,
    query,
    url: database.url,
    name,
    instance: ({ connections = 4, through = address, isolation = usual } = {}) => {
      const url = new URL(database.url);
      url.host = `${through.host}:${through.port}`;
      return library(url.href, connections, isolation, on);
    },
    async ledger() {
      return (await query('select saga as "sagaId", operation from ledger order by n')) as unknown as Entry[];
    },
    breath: async () => void (await query('select 1')),
    async close() {
      await control.end();
      await database.drop();
    },
  };
}

function handOf({ sagaId, operation }: OperationId, say: Query, cut: () => Promise<void>): Hand {
  return {
    enter: async () => void (await say('insert into ledger (saga, operation) values ($1, $2)', [sagaId, operation])),
    cut,
  };
}
