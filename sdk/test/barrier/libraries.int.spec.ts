import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import knex from 'knex';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import type { Answer, Guarded, Verdict } from '../../src/barrier/barrier.js';
import { drizzleBarrier } from '../../src/barrier/drizzle-barrier.js';
import { knexBarrier } from '../../src/barrier/knex-barrier.js';
import { pgBarrier } from '../../src/barrier/pg-barrier.js';
import type { SqlBarrier } from '../../src/barrier/sql-barrier.js';
import { typeormBarrier } from '../../src/barrier/typeorm-barrier.js';

/** A barrier, and its library's own way to have an effect in the transaction. */
interface Library {
  /** Charges an amount, in the barrier's transaction, and comes to a verdict. */
  guard(saga: string, operation: 'action' | 'compensation', verdict: Verdict): Promise<Guarded>;
  readonly barrier: Pick<SqlBarrier<never>, 'migrate' | 'prune'>;
  close(): Promise<void>;
}

const LIBRARIES: Readonly<Record<string, (url: string) => Promise<Library> | Library>> = {
  pg: (connectionString) => {
    const pool = new Pool({ connectionString });
    const barrier = pgBarrier(pool);
    return {
      barrier,
      guard: (sagaId, operation, verdict) =>
        barrier.guard({ sagaId, step: 'charge', operation }, async (client) => {
          await client.query('insert into charges values ($1)', [sagaId]);
          return verdict;
        }),
      close: () => pool.end(),
    };
  },
  TypeORM: async (url) => {
    const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
    const barrier = typeormBarrier(dataSource);
    return {
      barrier,
      guard: (sagaId, operation, verdict) =>
        barrier.guard({ sagaId, step: 'charge', operation }, async (manager) => {
          await manager.createQueryBuilder().insert().into('charges').values({ saga: sagaId }).execute();
          return verdict;
        }),
      close: () => dataSource.destroy(),
    };
  },
  Knex: (connection) => {
    const db = knex({ client: 'pg', connection });
    const barrier = knexBarrier(db);
    return {
      barrier,
      guard: (sagaId, operation, verdict) =>
        barrier.guard({ sagaId, step: 'charge', operation }, async (trx) => {
          await trx('charges').insert({ saga: sagaId });
          return verdict;
        }),
      close: () => db.destroy(),
    };
  },
  Drizzle: (connectionString) => {
    const pool = new Pool({ connectionString });
    const barrier = drizzleBarrier(drizzle(pool), sql);
    return {
      barrier,
      guard: (sagaId, operation, verdict) =>
        barrier.guard({ sagaId, step: 'charge', operation }, async (tx) => {
          await tx.execute(sql`insert into charges values (${sagaId})`);
          return verdict;
        }),
      close: () => pool.end(),
    };
  },
};

const OK: Answer = { status: 201, body: { id: 'ch-1', nested: [1, 2.5, null, 'Ω " \\ $1 ?'] } };
const NO: Answer = { status: 409, body: { code: 'card-refused' } };

describe.each(Object.entries(LIBRARIES))('a barrier through %s', (_, open) => {
  let database: FreshDatabase;
  let library: Library;
  let observer: Pool;

  beforeAll(async () => {
    database = await freshDatabase();
    observer = new Pool({ connectionString: database.url });
    await observer.query('create table charges (saga uuid not null)');
    library = await open(database.url);
    await Promise.all([library.barrier.migrate(), library.barrier.migrate(), library.barrier.migrate()]);
  });

  afterAll(async () => {
    await library.close();
    await observer.end();
    await database.drop();
  });

  const charges = async (saga: string): Promise<number> =>
    (await observer.query('select from charges where saga = $1', [saga])).rowCount ?? 0;

  it('commits an effect with its answer, and gives the answer again, to the letter, without a second effect', async () => {
    const saga = uuidv7();
    expect(await library.guard(saga, 'action', { answer: OK, effects: 'keep' })).toEqual({
      answer: OK,
      origin: 'work',
    });
    expect(await charges(saga)).toBe(1);
    const repeat = await library.guard(saga, 'action', { answer: NO, effects: 'keep' });
    expect(JSON.stringify(repeat)).toBe(JSON.stringify({ answer: OK, origin: 'repeat' }));
    expect(await charges(saga)).toBe(1);
  });

  it('rolls the effect of a no back, and keeps the no', async () => {
    const saga = uuidv7();
    expect(await library.guard(saga, 'action', { answer: NO, effects: 'undo' })).toEqual({
      answer: NO,
      origin: 'work',
    });
    expect(await library.guard(saga, 'action', { answer: OK, effects: 'keep' })).toEqual({
      answer: NO,
      origin: 'repeat',
    });
    expect(await library.guard(saga, 'compensation', { answer: OK, effects: 'keep' })).toMatchObject({
      origin: 'nothing-to-undo',
    });
    expect(await charges(saga)).toBe(0);
  });

  it('undoes nothing that was not done, and bars it from then on', async () => {
    const saga = uuidv7();
    const done: Verdict = { answer: OK, effects: 'keep' };
    expect(await library.guard(saga, 'compensation', done)).toMatchObject({ origin: 'nothing-to-undo' });
    expect(await library.guard(saga, 'action', done)).toMatchObject({ answer: { status: 409 }, origin: 'barred' });
    expect(await library.guard(saga, 'compensation', done)).toMatchObject({
      origin: 'repeat',
      answer: { status: 200 },
    });
    expect(await charges(saga)).toBe(0);
  });

  it('makes its table when it finds none', async () => {
    await observer.query('drop table skald_barrier');
    const saga = uuidv7();
    const calls = [saga, saga, uuidv7()].map((id) => library.guard(id, 'action', { answer: OK, effects: 'keep' }));
    for (const { answer } of await Promise.all(calls)) expect(answer).toEqual(OK);
    expect(await charges(saga)).toBe(1);
  });

  it('prunes what is old enough, and spares what an open saga needs, however old', async () => {
    const [open, ended, young] = [uuidv7(), uuidv7(), uuidv7()];
    for (const saga of [open, ended, young]) await library.guard(saga, 'action', { answer: OK, effects: 'keep' });
    const age = 'update skald_barrier set at = now() - $2::interval where saga_id = any($1)';
    await observer.query(age, [[open, ended], '25 hours']);

    expect(await library.barrier.prune({ longestSaga: '30d' })).toBe(0);
    expect(await library.barrier.prune({ openSagas: [{ id: open }] })).toBe(1);
    const kept = await observer.query('select saga_id from skald_barrier where saga_id = any($1)', [
      [open, ended, young],
    ]);
    expect(kept.rows.map((row) => row.saga_id).sort()).toEqual([open, young].sort());
    await expect(library.barrier.prune({ longestSaga: '1h' })).rejects.toThrow('longestSaga must be a day or more');
  });
});
