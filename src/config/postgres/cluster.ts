import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';

/** User and database of Skald in its own Postgres. */
export const OWNER = 'skald';

const PASSWORD_FILE = 'skald.password';

/** Makes the cluster unless it is there. Appears under its name only when it is complete, so two may try at once. */
export async function ensureCluster(cluster: string, binaries: Binaries, account: Account | null): Promise<void> {
  if (existsSync(path.join(cluster, 'PG_VERSION'))) return checkVersion(cluster, binaries);
  const unfinished = `${cluster}.${randomBytes(4).toString('hex')}`;
  const passwordFile = `${unfinished}.password`;
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (account) for (const made of [unfinished, passwordFile]) chownSync(made, account.uid, account.gid);
    await run(binaries.initdb, initdbFlags(unfinished, passwordFile), unfinished, account);
    await run(
      binaries.postgres,
      ['--single', '-D', unfinished, 'postgres'],
      unfinished,
      account,
      `create database ${OWNER}\n`,
    );
    await rename(passwordFile, path.join(unfinished, PASSWORD_FILE));
    await rename(unfinished, cluster).catch((error: unknown) => {
      if (!existsSync(path.join(cluster, 'PG_VERSION'))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

export function passwordOf(cluster: string): string {
  return readFileSync(path.join(cluster, PASSWORD_FILE), 'utf8').trim();
}

/** Runs a program of Postgres to its end. @throws with what it said, when it fails */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  account: Account | null,
  input = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
    const child = spawn(program, args, { cwd, env, ...(account && { uid: account.uid, gid: account.gid }) });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${path.basename(program)} failed: ${output.trim()}`));
    });
    child.stdin.once('error', () => undefined);
    child.stdin.end(input);
  });
}

function initdbFlags(directory: string, passwordFile: string): string[] {
  return [
    `--pgdata=${directory}`,
    `--username=${OWNER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Postgres' own collation: the same order on every system, and none to install.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
}

function checkVersion(cluster: string, binaries: Binaries): void {
  const stored = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim();
  const [major] = binaries.version.split('.');
  if (stored !== major) {
    throw new Error(
      `${cluster} was written by Postgres ${stored}, but Skald now brings Postgres ${major}: dump it with the old version and restore it, or set SKALD_DATA_DIR to a new directory.`,
    );
  }
}
