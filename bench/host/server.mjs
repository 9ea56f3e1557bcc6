/** A Skald server as its users start it: `node dist/main.js`, configured by the environment alone. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { dropAtExit } from './left-behind.mjs';
import { freePort } from './ports.mjs';

/** The server of this repository, once it is built. */
export const builtServer = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const bootTime = 60_000;

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) => Promise<any>} ask a REST call; throws unless it succeeds
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{ main: string, databaseUrl: string, redisUrl?: string, processes?: number, nodeFlags?: string[] }} options
 * @returns {Promise<Server>}
 */
export async function startServer({ main, databaseUrl, redisUrl, processes, nodeFlags = [] }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, main], {
    // Nothing of the caller's own environment (log level, API keys, config file) may bear on the figures.
    env: {
      ...{ PATH, HOME, TMPDIR, NODE_ENV: 'production' },
      ...{ HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: databaseUrl },
      ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
      ...(processes ? { SKALD_PROCESSES: String(processes) } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const letGo = dropAtExit({ child });
  let lastWords = '';
  const listen = (/** @type {Buffer} */ chunk) => (lastWords = (lastWords + chunk).slice(-4000));
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  let isGone = false;
  const gone = new Promise((resolve) => child.once('exit', resolve)).then(() => {
    isGone = true;
    letGo();
  });

  const giveUp = Date.now() + bootTime;
  for (let isReady = false; !isReady;) {
    if (isGone || Date.now() > giveUp) {
      child.kill('SIGKILL');
      throw new Error(`the server ${isGone ? 'ended' : 'was not ready'} while it started:\n${lastWords}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    isReady = await request(`${url}/health/ready`).then(
      ({ statusCode, body }) => body.dump().then(() => statusCode === 200),
      () => false,
    );
  }
  return {
    url,
    pid: /** @type {number} */ (child.pid),
    ask: async (method, path, body) => {
      const answer = await request(url + path, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
      return JSON.parse(text);
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
