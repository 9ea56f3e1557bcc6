import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { reaching } from './errors.js';
import { ensurePartitions } from './partitions.js';

/** `migrations/` at the root of the repository: two levels up from `src/store` as well as from `dist/store`. */
const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));
const FILE_NAME = /^(\d{13})-([a-z0-9-]+)\.sql$/;
/** Processes that boot at the same time queue up behind this advisory lock. Any number of our own. */
const LOCK = 7_235_414_001;

/** The SQL files as TypeORM migrations, oldest first. Each runs in a transaction of its own. */
export function sqlMigrations(): (new () => MigrationInterface)[] {
  return readdirSync(FOLDER)
    .filter((file) => FILE_NAME.test(file))
    .sort()
    .map(sqlMigration);
}

function sqlMigration(file: string): new () => MigrationInterface {
  const [, timestamp = '', name = ''] = FILE_NAME.exec(file) ?? [];
  return class implements MigrationInterface {
    readonly name = `${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}${timestamp}`;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(readFileSync(`${FOLDER}${file}`, 'utf8'));
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(readFileSync(`${FOLDER}${file.replace(/sql$/, 'down.sql')}`, 'utf8'));
    }
  };
}

/**
 * Brings the database up to date, and makes sure that there are partitions for the weeks to come. Safe to call from
 * many processes at once. Returns the names of the migrations that it ran.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  return reaching(
    underLock(databaseUrl, async () => {
      const source = await migrationSource(databaseUrl).initialize();
      try {
        await source.query('create schema if not exists skald');
        const ran = await source.runMigrations({ transaction: 'each' });
        await ensurePartitions((text) => source.query(text));
        return ran.map((migration) => migration.name);
      } finally {
        await source.destroy();
      }
    }),
  );
}

/** Undoes the latest migration. For development: it drops what the migration made, data included. */
export async function revertLast(databaseUrl: string): Promise<void> {
  await underLock(databaseUrl, async () => {
    const source = await migrationSource(databaseUrl).initialize();
    await source.undoLastMigration({ transaction: 'each' }).finally(() => source.destroy());
  });
}

/** Names of the migrations that this release has and the database has not. Changes nothing. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000, query_timeout: 5_000 });
  return reaching(
    (async () => {
      await client.connect();
      try {
        const known = await client.query<{ there: boolean }>(
          `select to_regclass('skald.migrations') is not null as there`,
        );
        const done = known.rows[0]?.there
          ? await client.query<{ name: string }>('select name from skald.migrations')
          : null;
        const names = new Set(done?.rows.map((row) => row.name));
        return sqlMigrations()
          .map((Migration) => new Migration().name ?? '')
          .filter((name) => !names.has(name));
      } finally {
        await client.end();
      }
    })(),
  );
}

function migrationSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: 'skald',
    migrationsTableName: 'migrations',
    migrations: sqlMigrations(),
    installExtensions: false,
    poolSize: 1,
    connectTimeoutMS: 5_000,
  });
}

/** The lock belongs to an open transaction, not to a session, so that it holds through PgBouncer as well. */
async function underLock<T>(databaseUrl: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    return await work();
  } finally {
    await client.end();
  }
}
