import { Client } from 'pg';
import { freshDatabase } from '../../test/support/database.js';
import { migrate, pendingMigrations, revertLast, sqlMigrations } from './migrations.js';

jest.setTimeout(60_000);

describe('migrations', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let client: Client;
  beforeEach(async () => {
    database = await freshDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('drop schema if exists skald cascade');
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const tables = async () =>
    (
      await client.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'skald'`)
    ).rows.map((row) => row.name);

  it('are run once when many processes boot at the same time', async () => {
    expect(await pendingMigrations(database.url)).toHaveLength(sqlMigrations().length);
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    expect(ran.map((names) => names.length).sort()).toEqual([0, 0, 0, sqlMigrations().length]);
    expect(await pendingMigrations(database.url)).toEqual([]);
  });

  it('can each be undone, down to nothing', async () => {
    await migrate(database.url);
    for (const _ of sqlMigrations()) await revertLast(database.url);
    expect(await tables()).toEqual(['migrations']);
    expect((await client.query(`select from pg_proc where pronamespace = 'skald'::regnamespace`)).rowCount).toBe(0);
    expect(await migrate(database.url)).toHaveLength(sqlMigrations().length);
  });

  it('say that Postgres is not available when it is not', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:9/nothing';
    await expect(migrate(nowhere)).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(pendingMigrations(nowhere)).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
