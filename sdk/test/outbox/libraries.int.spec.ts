import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import knex from 'knex';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { drizzleOutbox } from '../../src/outbox/drizzle-outbox.js';
import { knexOutbox } from '../../src/outbox/knex-outbox.js';
import type { Outbox } from '../../src/outbox/outbox.js';
import { pgOutbox } from '../../src/outbox/pg-outbox.js';
import { OUTBOX_TAG, type OutboxFields } from '../../src/outbox/start-values.js';
import { typeormOutbox } from '../../src/outbox/typeorm-outbox.js';
import { LedgerOfSkald, no } from './ledger-of-skald.js';

type Start = (input: unknown, fields?: OutboxFields) => Promise<{ readonly id: string }>;

/** An outbox, and its library's own way to have a transaction. */
interface Library {
  readonly outbox: Omit<Outbox<never>, 'startInTransaction'>;
  /** Inserts an order, starts its saga, and commits; rolls back when `work` throws. */
  order(id: number, work: (start: Start) => Promise<unknown>): Promise<void>;
  /** Starts a saga with no transaction around it. */
  startAlone(): Promise<unknown>;
  close(): Promise<void>;
}

const LIBRARIES: Readonly<Record<string, (url: string) => Promise<Library> | Library>> = {
  pg: (connectionString) => {
    const pool = new Pool({ connectionString });
    const outbox = pgOutbox(pool);
    return {
      outbox,
      async order(id, work) {
        const client = await pool.connect();
        try {
          await client.query('begin');
          await client.query('insert into orders values ($1)', [id]);
          await work((input, fields) => outbox.startInTransaction(client, 'place-order', input, fields));
          await client.query('commit');
        } catch (error) {
          await client.query('rollback');
          throw error;
        } finally {
          client.release();
        }
      },
      async startAlone() {
        const client = await pool.connect();
        try {
          return await outbox.startInTransaction(client, 'place-order', {});
        } finally {
          client.release();
        }
      },
      close: () => pool.end(),
    };
  },
  TypeORM: async (url) => {
    const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
    const outbox = typeormOutbox(dataSource);
    return {
      outbox,
      order: (id, work) =>
        dataSource.transaction(async (manager) => {
          await manager.createQueryBuilder().insert().into('orders').values({ id }).execute();
          await work((input, fields) => outbox.startInTransaction(manager, 'place-order', input, fields));
        }),
      startAlone: () => outbox.startInTransaction(dataSource.manager, 'place-order', {}),
      close: () => dataSource.destroy(),
    };
  },
  Knex: (connection) => {
    const db = knex({ client: 'pg', connection });
    const outbox = knexOutbox(db);
    return {
      outbox,
      order: (id, work) =>
        db.transaction(async (trx) => {
          await trx('orders').insert({ id });
          await work((input, fields) => outbox.startInTransaction(trx, 'place-order', input, fields));
        }),
      startAlone: () => outbox.startInTransaction(db as never, 'place-order', {}),
      close: () => db.destroy(),
    };
  },
  Drizzle: (connectionString) => {
    const pool = new Pool({ connectionString });
    const db = drizzle(pool);
    const outbox = drizzleOutbox(db, sql);
    return {
      outbox,
      order: (id, work) =>
        db.transaction(async (tx) => {
          await tx.execute(sql`insert into orders values (${id})`);
          await work((input, fields) => outbox.startInTransaction(tx, 'place-order', input, fields));
        }),
      startAlone: () => outbox.startInTransaction(db as never, 'place-order', {}),
      close: () => pool.end(),
    };
  },
};

describe.each(Object.entries(LIBRARIES))('an outbox through %s', (_, open) => {
  let database: FreshDatabase;
  let library: Library;
  let observer: Pool;

  beforeAll(async () => {
    database = await freshDatabase();
    observer = new Pool({ connectionString: database.url });
    await observer.query('create table orders (id int primary key)');
    library = await open(database.url);
    await Promise.all([library.outbox.migrate(), library.outbox.migrate(), library.outbox.migrate()]);
  });

  afterEach(() => observer.query('truncate orders, skald_outbox'));

  afterAll(async () => {
    await library.close();
    await observer.end();
    await database.drop();
  });

  const count = async (table: string): Promise<number> =>
    Number((await observer.query(`select count(*) from ${table}`)).rows[0].count);

  it('starts the saga of a transaction that commits, with all that was said of it, to the letter', async () => {
    const skald = new LedgerOfSkald();
    const input = { order: 1, nested: [1, 2.5, null, 'Ω " \\ $1 ? \0 \ud83d'], empty: {} };
    let id = '';
    await library.order(1, async (start) => {
      ({ id } = await start(input, {
        businessKey: 'order "1"',
        concurrencyKey: 'customer-7',
        tags: { tier: "g'old" },
        version: 3,
      }));
    });
    expect(await library.outbox.rows({ ids: [id] })).toMatchObject([
      { id, state: 'pending', input, sagaId: null, tries: 0 },
    ]);

    expect(await library.outbox.relay(skald).deliver()).toEqual({ started: 1, refused: 0, postponed: 0 });
    const [saga] = skald.sagasStarted;
    expect(JSON.stringify(saga!.input)).toBe(JSON.stringify(input));
    expect(saga).toMatchObject({
      definition: 'place-order',
      options: {
        idempotencyKey: id,
        businessKey: 'order "1"',
        concurrencyKey: 'customer-7',
        tags: { tier: "g'old", [OUTBOX_TAG]: id },
        version: 3,
      },
    });
    expect(await library.outbox.rows({ state: 'started' })).toMatchObject([
      { id, sagaId: saga!.id, tries: 1, problem: null, deliveredAt: expect.any(String) },
    ]);
    expect(await library.outbox.relay(skald).deliver()).toEqual({ started: 0, refused: 0, postponed: 0 });
  });

  it('starts none for a transaction that rolls back', async () => {
    const work = async (start: Start): Promise<void> => {
      await start({ order: 2 });
      throw new Error('out of stock');
    };
    await expect(library.order(2, work)).rejects.toThrow('out of stock');
    expect(await library.outbox.rows()).toEqual([]);
    expect(await count('orders')).toBe(0);
  });

  it('refuses to start one outside a transaction', async () => {
    await expect(library.startAlone()).rejects.toMatchObject({ name: 'OutboxError', code: 'no-transaction' });
    expect(await count('skald_outbox')).toBe(0);
  });

  it('refuses what can be no start before anything is written, and leaves the transaction as it was', async () => {
    await library.order(3, async (start) => {
      await expect(start({ amount: 1n })).rejects.toThrow('input.amount must be JSON, which has no BigInt');
      await expect(start({}, { idempotencyKey: 'Ω' })).rejects.toThrow('idempotencyKey must be');
    });
    expect(await count('orders')).toBe(1);
    expect(await count('skald_outbox')).toBe(0);
  });

  it('keeps a start that Skald refuses, shows it, and delivers it again when it is told to', async () => {
    const definitions = new Set<string>();
    const skald = new LedgerOfSkald({
      before: ({ definition }) => {
        if (!definitions.has(definition)) throw no(404, 'unknown-definition', 'there is no "place-order" \0');
      },
    });
    const refused: unknown[] = [];
    const relay = library.outbox.relay(skald, { onRefused: (row, problem) => refused.push([row.input, problem.code]) });
    await library.order(4, (start) => start({ order: 4 }));

    expect(await relay.deliver()).toEqual({ started: 0, refused: 1, postponed: 0 });
    expect(await relay.deliver()).toEqual({ started: 0, refused: 0, postponed: 0 });
    expect(refused).toEqual([[{ order: 4 }, 'unknown-definition']]);
    expect(await library.outbox.rows({ state: 'refused' })).toMatchObject([
      {
        input: { order: 4 },
        problem: { status: 404, code: 'unknown-definition', detail: 'there is no "place-order" ' },
      },
    ]);

    definitions.add('place-order');
    expect(await library.outbox.retryRefused({ code: 'invalid-input' })).toBe(0);
    expect(await library.outbox.retryRefused({ definition: 'place-order', code: 'unknown-definition' })).toBe(1);
    expect(await relay.deliver()).toEqual({ started: 1, refused: 0, postponed: 0 });
    expect(skald.inputs).toEqual([{ order: 4 }]);
  });
});
