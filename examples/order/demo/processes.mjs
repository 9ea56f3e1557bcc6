import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Below the range that the system hands out to clients, so that nobody takes the port between two starts. */
const HIGHEST_PORT = 32_767;

/**
 * A TCP port on loopback that nobody listens on.
 * @param {number} [preferred] taken when it is free
 */
export async function freePort(preferred) {
  for (let port = preferred ?? anyPort(); ; port = anyPort()) {
    const probe = createServer();
    const free = await new Promise((settle) => {
      probe.once('error', () => settle(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => settle(true)));
    });
    if (free) return port;
  }
}

function anyPort() {
  return 20_000 + Math.floor(Math.random() * (HIGHEST_PORT - 20_000));
}

/**
 * Starts a Node program.
 * @param {string} program
 * @param {{ env: Record<string, string>, log: string }} options `log`: the file its output is appended to
 */
export function startProcess(program, { env, log }) {
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

/**
 * Waits until `url` answers 2xx.
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} url
 * @param {number} [patience] ms
 */
export async function ready(child, url, patience = 60_000) {
  const until = Date.now() + patience;
  while (!(await answers(url))) {
    if (hasEnded(child)) throw new Error(`${child.spawnargs[1]} ended while it started`);
    if (Date.now() > until) throw new Error(`${child.spawnargs[1]} is not ready after ${patience / 1000} s`);
    await sleep(50);
  }
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export async function stopProcess(child, signal) {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

function hasEnded({ exitCode, signalCode }) {
  return exitCode !== null || signalCode !== null;
}
