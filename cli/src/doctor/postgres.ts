import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { judgeClock } from './clocks.js';
import { fail, ok, warn, wordsOf, type Finding } from './finding.js';

/** Oldest Postgres that Skald runs on. */
const OLDEST = 15;
const WEEK = 7 * 86_400_000;
/** Epoch ms 0 was a Thursday; partitions begin on Monday, UTC. */
const FIRST_MONDAY = 4 * 86_400_000;

/** What can be told by asking Postgres itself. Changes nothing. */
export async function checkPostgres(url: string, migrations: readonly string[] | null): Promise<Finding[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (err) {
    await client.end().catch(() => undefined);
    return [
      fail('postgres', `can't be reached (${wordsOf(err)}): look at DATABASE_URL, and whether it lets this machine in`),
    ];
  }
  try {
    return await look(client, migrations);
  } catch (err) {
    return [fail('postgres', `a check failed: ${wordsOf(err)}`)];
  } finally {
    await client.end();
  }
}

async function look(client: Client, migrations: readonly string[] | null): Promise<Finding[]> {
  const sent = Date.now();
  const { rows } = await client.query<Settings>(SETTINGS);
  const trip = Date.now() - sent;
  const settings = rows[0]!;
  const clock = judgeClock('clock of postgres', Number(settings.now) - (sent + trip / 2), trip);
  const findings = [...judgeSettings(settings), clock];
  if (settings.migrations === null) {
    return [...findings, fail('migrations', 'none has run on this database: start a server on it, which runs them')];
  }
  const done = await client.query<{ name: string }>('select name from skald.migrations');
  findings.push(
    judgeMigrations(
      done.rows.map(({ name }) => name),
      migrations,
    ),
  );
  const tables = await client.query<{ name: string }>(PARTITIONS);
  findings.push(
    judgePartitions(
      tables.rows.map(({ name }) => name),
      Number(settings.now),
    ),
  );
  return findings;
}

interface Settings {
  readonly version: string;
  readonly now: string;
  readonly max_connections: string;
  readonly used: string;
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly recovering: boolean;
  readonly migrations: string | null;
}

const SETTINGS = `
  select current_setting('server_version_num') as version,
         (extract(epoch from clock_timestamp()) * 1000)::bigint::text as now,
         current_setting('max_connections') as max_connections,
         (select count(*) from pg_stat_activity where backend_type = 'client backend')::text as used,
         current_setting('synchronous_commit') as synchronous_commit,
         current_setting('fsync') as fsync,
         pg_is_in_recovery() as recovering,
         to_regclass('skald.migrations')::text as migrations`;

const PARTITIONS = `
  select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = to_regclass('skald.sagas')`;

/** @internal for tests */
export function judgeSettings(settings: Settings): Finding[] {
  const version = Math.floor(Number(settings.version) / 10_000);
  const most = Number(settings.max_connections);
  const free = most - Number(settings.used);
  const findings = [
    version >= OLDEST
      ? ok('postgres', `is version ${version}`)
      : fail('postgres', `is version ${version}: Skald needs ${OLDEST} or newer`),
    free >= Math.max(10, most * 0.1)
      ? ok('connections', `${free} of ${most} are free`)
      : warn('connections', `only ${free} of ${most} are free: raise max_connections, or put PgBouncer in front`),
  ];
  const unsafe = [settings.fsync === 'off' && 'fsync', settings.synchronous_commit === 'off' && 'synchronous_commit'];
  const off = unsafe.filter((name) => name !== false);
  findings.push(
    off.length === 0
      ? ok('durability', `fsync is on, synchronous_commit is ${settings.synchronous_commit}`)
      : fail('durability', `${off.join(' and ')} is off: what was accepted can be lost; switch it on`),
  );
  if (settings.recovering)
    findings.push(fail('postgres', 'is a replica that only reads: give the primary in DATABASE_URL'));
  return findings;
}

/** @internal for tests */
export function judgeMigrations(done: readonly string[], known: readonly string[] | null): Finding {
  if (known === null)
    return ok('migrations', `${done.length} have run, the last is ${done.toSorted(byTime).at(-1) ?? 'none'}`);
  const missing = known.filter((name) => !done.includes(name));
  const foreign = done.filter((name) => !known.includes(name));
  if (missing.length > 0)
    return fail('migrations', `have not run: ${missing.join(', ')}; start a server of this release`);
  return foreign.length > 0
    ? warn(
        'migrations',
        `the database is ahead of this release by ${foreign.join(', ')}: update this command and the servers`,
      )
    : ok('migrations', `all ${known.length} have run`);
}

/** @internal for tests */
export function judgePartitions(tables: readonly string[], now: number): Finding {
  const next = partitionAt(now + WEEK);
  return tables.includes(next)
    ? ok('partitions', `the one for next week (${next}) is there`)
    : fail(
        'partitions',
        `there is none for next week (${next}): a server makes it at boot and every day; look into its log`,
      );
}

function partitionAt(epochMs: number): string {
  const begins = Math.floor((epochMs - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
  return `sagas_${new Date(begins).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** Names of the migrations in a folder as the database keeps them; `null`: there is no such folder. */
export function migrationsIn(folder: string): string[] | null {
  if (!existsSync(folder)) return null;
  const files = readdirSync(folder).flatMap((file) => /^(\d{13})-([a-z0-9-]+)\.sql$/.exec(path.basename(file)) ?? []);
  const names: string[] = [];
  for (let i = 0; i < files.length; i += 3) {
    names.push(`${files[i + 2]!.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}${files[i + 1]!}`);
  }
  return names.length > 0 ? names : null;
}

function byTime(a: string, b: string): number {
  return a.slice(-13) < b.slice(-13) ? -1 : 1;
}
