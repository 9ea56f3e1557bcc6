import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import knex from 'knex';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { drizzleBarrier } from '../../src/barrier/drizzle-barrier.js';
import { knexBarrier } from '../../src/barrier/knex-barrier.js';
import { pgBarrier } from '../../src/barrier/pg-barrier.js';
import type { SqlBarrier } from '../../src/barrier/sql-barrier.js';
import { typeormBarrier } from '../../src/barrier/typeorm-barrier.js';
import { quietPool } from './sql-stage.js';
import { newSaga, no, operationOf, yes } from './stage.js';

describe('A barrier within a transaction of the caller', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let client: PoolClient;
  let barrier: SqlBarrier<PoolClient>;

  beforeAll(async () => {
    database = await freshDatabase();
    pool = quietPool(database.url, 3);
    barrier = pgBarrier(pool);
    await barrier.migrate();
    await pool.query('create table ledger (entry text)');
  });
  beforeEach(async () => {
    client = await pool.connect();
    await client.query('begin');
  });
  afterEach(async () => {
    await client.query('rollback');
    client.release();
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const enter = (entry: string) => async (tx: PoolClient) => {
    await tx.query('insert into ledger values ($1)', [entry]);
    return yes(entry);
  };
  const ledger = async (like: string): Promise<string[]> =>
    (
      await pool.query<{ entry: string }>('select entry from ledger where entry like $1 order by entry', [like])
    ).rows.map(({ entry }) => entry);

  it('takes effect when the caller commits', async () => {
    const operation = operationOf(newSaga(), 'action');
    await barrier.within(client, operation, enter('committed'));
    expect(await ledger('committed')).toEqual([]);
    await client.query('commit');
    expect(await ledger('committed')).toEqual(['committed']);
    expect((await barrier.guard(operation, enter('committed'))).origin).toBe('repeat');
  });

  it('leaves nothing behind, and no answer, when the caller rolls back', async () => {
    const operation = operationOf(newSaga(), 'action');
    await barrier.within(client, operation, enter('rolled back'));
    await client.query('rollback');
    expect(await ledger('rolled back')).toEqual([]);
    expect((await barrier.guard(operation, enter('rolled back, then done'))).origin).toBe('work');
  });

  it('lets the caller go on after work that threw, or said no', async () => {
    await client.query("insert into ledger values ('on: before')");
    const failing = barrier.within(client, operationOf(newSaga(), 'action'), async (tx) => {
      await enter('on: failing')(tx);
      await tx.query('no SQL');
      return yes();
    });
    await expect(failing).rejects.toThrow('syntax error');
    await barrier.within(client, operationOf(newSaga(), 'action'), async (tx) => (await enter('on: no')(tx), no()));
    await barrier.within(client, operationOf(newSaga(), 'action'), enter('on: yes'));
    await client.query('commit');
    expect(await ledger('on:%')).toEqual(['on: before', 'on: yes']);
  });

  it('guards several operations in one transaction', async () => {
    const sagaId = newSaga();
    await barrier.within(client, operationOf(sagaId, 'action'), enter('several: action'));
    await barrier.within(client, operationOf(sagaId, 'compensation'), enter('several: compensation'));
    await barrier.within(client, operationOf(sagaId, 'action'), enter('several: action again'));
    await client.query('commit');
    expect(await ledger('several:%')).toEqual(['several: action', 'several: compensation']);
  });

  it('says so if the work ends the transaction, and takes no second attempt for a first', async () => {
    const operation = operationOf(newSaga(), 'action');
    const ended = barrier.guard(operation, async (tx) => {
      await enter('ended')(tx);
      await tx.query('commit');
      return yes();
    });
    await expect(ended).rejects.toMatchObject({ name: 'BarrierError', code: 'transaction-ended' });
    await expect(barrier.guard(operation, enter('ended'))).rejects.toMatchObject({ code: 'transaction-ended' });
    expect(await ledger('ended')).toEqual(['ended']);
  });
});

describe('A barrier refuses to run outside of a transaction', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
    const pool = quietPool(database.url, 1);
    await pgBarrier(pool).migrate();
    await pool.end();
  });
  afterAll(() => database.drop());

  /** Runs the work with a connection, rather than with a transaction, of each library. */
  const OUTSIDE: Record<string, (url: string, work: () => never) => Promise<unknown>> = {
    async pg(url, work) {
      const pool = quietPool(url, 1);
      const client = await pool.connect();
      return pgBarrier(pool)
        .within(client, operationOf(newSaga(), 'action'), work)
        .finally(() => {
          client.release();
          return pool.end();
        });
    },
    async typeorm(url, work) {
      const source = await new DataSource({ type: 'postgres', url }).initialize();
      return typeormBarrier(source)
        .within(source.manager, operationOf(newSaga(), 'action'), work)
        .finally(() => source.destroy());
    },
    async knex(url, work) {
      const db = knex({ client: 'pg', connection: url });
      return knexBarrier(db)
        .within(db as never, operationOf(newSaga(), 'action'), work)
        .finally(() => db.destroy());
    },
    async drizzle(url, work) {
      const pool = quietPool(url, 1);
      const db = drizzle(pool);
      return drizzleBarrier(db, sql)
        .within(db as never, operationOf(newSaga(), 'action'), work)
        .finally(() => pool.end());
    },
  };

  it.each(Object.keys(OUTSIDE))('through %s', async (library) => {
    const work = (): never => {
      throw new Error('the work has run');
    };
    const running = OUTSIDE[library]!(database.url, work);
    await expect(running).rejects.toMatchObject({ name: 'BarrierError', code: 'no-transaction' });
  });
});
