import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SERVER = resolve('dist/main.js');
let path: string | undefined;

/**
 * Path of the compiled server, built first when its sources are newer. `SKALD_TEST_SERVER` names another one, which is
 * then taken as it is.
 */
export function builtServer(): string {
  path ??= process.env['SKALD_TEST_SERVER'] ?? freshlyBuilt();
  return path; // sources that change while the tests run are for the next run
}

function freshlyBuilt(): string {
  if (isStale()) build();
  return SERVER;
}

function isStale(): boolean {
  return !existsSync(SERVER) || statSync(SERVER).mtimeMs < newest(resolve('src'));
}

function build(): void {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the server does not build:\n${stdout}${stderr}`);
  const now = new Date();
  utimesSync(SERVER, now, now); // an incremental build leaves files alone that come out the same
}

function newest(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) =>
    entry.isDirectory()
      ? newest(join(folder, entry.name))
      : isSource(entry.name)
        ? statSync(join(folder, entry.name)).mtimeMs
        : 0,
  );
  return Math.max(0, ...times);
}

const isSource = (name: string): boolean => !name.includes('.spec.');
