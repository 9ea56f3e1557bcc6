import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, postgresAccount } from './postgres/account.js';
import { type Binaries, binariesFor } from './postgres/binaries.js';
import { ensureCluster, OWNER, passwordOf, run } from './postgres/cluster.js';
import { placeForData } from './postgres/places.js';
import { findPostmaster, isLockStale, isServing, type Postmaster } from './postgres/postmaster.js';
import { Tenants } from './postgres/tenants.js';

/** A Postgres that Skald brings along, for those who have none at hand. Durable like any other. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** Where its data is: `dataDir`, or a directory of the system when Postgres can't get there. */
  readonly directory: string;
  /** Leaves the server; it stops when no other process uses it. Does no harm when called twice. */
  readonly stop: () => Promise<void>;
}

/** Starting includes the recovery from a crash, which may have much to read. */
const START_SECONDS = 300;
const STOP_MS = 20_000;

/** Another process was faster, or somebody else has the port. In both cases the next look finds a way. */
const CONTESTED = /lock file "postmaster\.pid" already exists|could not create any TCP\/IP sockets/;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  log_checkpoints: 'off',
};

/**
 * Starts the embedded Postgres whose data is kept in `dataDir`, or joins it when it runs already: because another
 * process uses it, or because it outlived a process that was killed. Making the cluster takes a second, once.
 * @throws when this platform has none, or it does not start; the message says what to do
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const directory = placeForData(path.resolve(dataDir), account);
  const cluster = path.join(directory, 'postgres');
  const binaries = await binariesFor(account);
  const tenants = new Tenants(path.join(directory, 'tenants'));
  tenants.enter();
  try {
    await ensureCluster(cluster, binaries, account);
    const { port } = await joinOrStart(cluster, binaries, account);
    const url = `postgres://${OWNER}:${passwordOf(cluster)}@127.0.0.1:${port}/${OWNER}`;
    return { url, directory, stop: async () => void (tenants.leave() && (await stop(cluster))) };
  } catch (error) {
    tenants.leave();
    throw error;
  }
}

/** Who starts it first wins: Postgres itself sees to it that a cluster has one server. The others look again. */
async function joinOrStart(cluster: string, binaries: Binaries, account: Account | null): Promise<Postmaster> {
  const giveUp = Date.now() + START_SECONDS * 1_000;
  for (let start = 0; ;) {
    const running = findPostmaster(cluster);
    if (running && (await isServing(cluster, running))) return running;
    if (Date.now() > giveUp)
      throw new Error(`The Postgres in ${cluster} neither starts nor stops; see server.log there.`);
    if (running) {
      await sleep(50);
      continue;
    }
    if (isLockStale(cluster)) rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
    try {
      await run(binaries.control, startFlags(cluster, portFor(cluster, start++)), cluster, account);
    } catch {
      const words = lastWords(cluster);
      if (start > 20 || !CONTESTED.test(words)) throw new Error(`The embedded Postgres does not start: ${words}`);
      await sleep(50 * start);
    }
  }
}

function lastWords(cluster: string): string {
  const log = readFileSync(path.join(cluster, 'server.log'), 'utf8');
  return log.trim().split('\n').slice(-6).join('\n');
}

function startFlags(cluster: string, port: number): string[] {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  const log = path.join(cluster, 'server.log');
  const options = [`-p ${port}`, ...settings].join(' ');
  return [
    'start',
    '--wait',
    `--timeout=${START_SECONDS}`,
    `--pgdata=${cluster}`,
    `--log=${log}`,
    `--options=${options}`,
  ];
}

/** The same port at every start if it is free. Below 32768, from where systems take the ports of outgoing connections. */
function portFor(cluster: string, start: number): number {
  const number = createHash('sha256')
    .update(`${cluster}${start || ''}`)
    .digest()
    .readUInt32BE();
  return 20_000 + (number % 12_000);
}

/** Ends all connections and writes everything down; a server that hangs is stopped at once, which loses nothing either. */
async function stop(cluster: string): Promise<void> {
  const started = Date.now();
  for (let signal: NodeJS.Signals | null = 'SIGINT'; ; await sleep(20)) {
    const running = findPostmaster(cluster);
    if (!running) return;
    if (signal) process.kill(running.pid, signal);
    signal = null;
    if (Date.now() - started > STOP_MS) process.kill(running.pid, 'SIGQUIT');
  }
}
