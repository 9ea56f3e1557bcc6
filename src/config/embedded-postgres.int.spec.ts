import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';

const AS_ROOT = process.getuid?.() === 0;
const COMPILED = path.resolve('dist/config/embedded-postgres.js');
const NOBODY = 65_534;

let directories: string[] = [];

function directory(mode = 0o755): string {
  const made = mkdtempSync(path.join(tmpdir(), 'skald-postgres-'));
  chmodSync(made, mode);
  directories.push(made);
  return made;
}

afterEach(() => {
  for (const made of directories) rmSync(made, { recursive: true, force: true });
  directories = [];
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

interface Tenant {
  readonly url: string;
  readonly directory: string;
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Ends the process as a shutdown does, so that it leaves its server. */
  leave(): Promise<void>;
}

/** Another process that starts the server, and leaves it when told by a signal. */
async function tenant(dataDir: string, account?: { uid: number; gid: number }): Promise<Tenant> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(COMPILED)});
    const { url, directory, stop } = await startEmbeddedPostgres(${JSON.stringify(dataDir)});
    process.once('SIGTERM', () => stop().then(() => process.exit()));
    setInterval(() => {}, 1_000);
    console.log(JSON.stringify({ url, directory }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
  if (!Buffer.isBuffer(line)) throw new Error(`the process ended: ${said}`);
  const leave = async (): Promise<void> => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { ...(JSON.parse(line.toString()) as { url: string; directory: string }), process: child, leave };
}

describe('the embedded Postgres', () => {
  // Making a cluster takes a second of CPU, so most tests share one, made by the first of them.
  let dataDir: string;

  beforeAll(() => {
    if (!existsSync(COMPILED)) throw new Error('these tests run the compiled code: npm run build');
    dataDir = mkdtempSync(path.join(tmpdir(), 'skald-postgres-'));
  });

  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps what it holds from one start to the next, at the same address', async () => {
    const first = await startEmbeddedPostgres(dataDir);
    expect(first.directory).toBe(dataDir);
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await expect(ask(first.url, 'select 1')).rejects.toThrow('ECONNREFUSED');

    const second = await startEmbeddedPostgres(dataDir);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
    await second.stop();
    await second.stop();
  }, 30_000);

  it('commits to disk, and listens to this machine only, behind a password that nobody else can read', async () => {
    const server = await startEmbeddedPostgres(dataDir);
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums']) {
      expect(await ask(server.url, `show ${setting}`)).toEqual(['on']);
    }
    expect(await ask(server.url, 'show listen_addresses')).toEqual(['127.0.0.1']);
    await expect(ask(server.url.replace(/:[^:@]+@/, ':guess@'), 'select 1')).rejects.toThrow('password');
    expect(statSync(path.join(server.directory, 'postgres', 'skald.password')).mode & 0o777).toBe(0o600);
    await server.stop();
  }, 30_000);

  it('outlives a process that is killed, and is joined by the next one', async () => {
    const killed = await tenant(dataDir);
    const [startedAt] = await ask(killed.url, 'select pg_postmaster_start_time()::text');
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');

    const next = await startEmbeddedPostgres(dataDir);
    expect(await ask(next.url, 'select pg_postmaster_start_time()::text')).toEqual([startedAt]);
    await next.stop();
    await expect(ask(next.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  }, 30_000);

  it('serves processes that start it at the same moment, and stops when the last one leaves', async () => {
    const shared = directory();
    const [first, second] = await Promise.all([tenant(shared), tenant(shared)]);
    expect(second.url).toBe(first.url);
    await first.leave();
    expect(await ask(second.url, 'select 1')).toEqual([1]);
    await second.leave();
    await expect(ask(second.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  }, 30_000);

  it('takes another port when its own is taken', async () => {
    const first = await startEmbeddedPostgres(dataDir);
    await first.stop();
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(squatter, 'listening');

    const second = await startEmbeddedPostgres(dataDir);
    expect(second.url).not.toBe(first.url);
    expect(await ask(second.url, 'select 1')).toEqual([1]);
    await second.stop();
    squatter.close();
  }, 30_000);

  it('says what is wrong when it can not start', async () => {
    const server = await startEmbeddedPostgres(dataDir);
    await server.stop();
    rmSync(path.join(server.directory, 'postgres', 'global', 'pg_control'));
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(/does not start: .*pg_control/s);
  }, 30_000);

  (AS_ROOT ? describe : describe.skip)('started by root (needs root)', () => {
    it('keeps its data elsewhere when Postgres can not enter the directory it was given, and finds it again', async () => {
      const unreachable = path.join(directory(0o700), 'below');
      mkdirSync(unreachable);
      const first = await startEmbeddedPostgres(unreachable);
      directories.push(first.directory);
      await ask(first.url, 'create table kept as select 42 as answer');
      await first.stop();
      const second: EmbeddedPostgres = await startEmbeddedPostgres(unreachable);
      expect(second.directory).not.toContain(unreachable);
      expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
      await second.stop();
    }, 30_000);

    it('runs for an ordinary user as well', async () => {
      const home = directory();
      chownSync(home, NOBODY, NOBODY);
      const theirs = await tenant(home, { uid: NOBODY, gid: NOBODY });
      expect(await ask(theirs.url, 'select 1')).toEqual([1]);
      expect(statSync(path.join(theirs.directory, 'postgres')).uid).toBe(NOBODY);
      await theirs.leave();
    }, 30_000);
  });
});
