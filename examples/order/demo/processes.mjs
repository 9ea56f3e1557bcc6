import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
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
 * Starts a Node program and waits until `url` answers 2xx.
 * @param {string} program
 * @param {{ env: Record<string, string>, ready: string, log: string, patience?: number }} options
 *   `log`: the file its output is appended to; `patience`: ms, default 60 s
 */
export async function startProcess(program, { env, ready, log, patience = 60_000 }) {
  const output = createWriteStream(log, { flags: 'a' });
  await once(output, 'open');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  const until = Date.now() + patience;
  while (!(await answers(ready))) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${program} did not come up; see ${log}`);
    }
    await sleep(50);
  }
  return child;
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
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
