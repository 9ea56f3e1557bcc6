/** The Redis that a benchmark runs on: a server of its own, set up the way `docker-compose.yml` sets it up. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { dropAtExit } from './left-behind.mjs';
import { freePort } from './ports.mjs';

const settings = { appendonly: 'yes', appendfsync: 'everysec', save: '', 'maxmemory-policy': 'noeviction' };

/** Whether a Redis server can be started here. */
export function hasRedis() {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/**
 * @typedef {object} RedisServer
 * @property {string} url
 * @property {number} pid
 * @property {string} version
 * @property {Record<string, string>} settings
 * @property {() => Promise<void>} empty
 * @property {() => Promise<Record<string, number>>} commands how often it has carried out each command, inside scripts too
 * @property {() => Promise<void>} stop
 */

/** @returns {Promise<RedisServer>} */
export async function startRedis() {
  const dir = await mkdtemp(join(tmpdir(), 'skald-bench-redis-'));
  const port = await freePort();
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, ...flags], {
    stdio: 'ignore',
  });
  const isGone = dropAtExit({ child, directory: dir });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 50 });
  client.on('error', () => {}); // refused until it listens; ioredis tries again
  const info = async (/** @type {string} */ section) => {
    const lines = (await client.info(section)).split('\r\n').map((line) => line.split(':'));
    return Object.fromEntries(lines.filter((pair) => pair.length === 2));
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: /** @type {number} */ (child.pid),
    version: (await info('server')).redis_version,
    settings,
    empty: async () => void (await client.flushall()),
    commands: async () => {
      const stats = Object.entries(await info('commandstats'));
      return Object.fromEntries(
        stats.map(([name, stat]) => [name.replace('cmdstat_', ''), Number(/calls=(\d+)/.exec(stat)?.[1] ?? 0)]),
      );
    },
    stop: async () => {
      client.disconnect();
      child.kill();
      await gone;
      await rm(dir, { recursive: true, force: true });
      isGone();
    },
  };
}
