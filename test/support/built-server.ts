import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SERVER = resolve('dist/main.js');

/** Path of the compiled server, built first when its sources are newer. */
export function builtServer(): string {
  if (!existsSync(SERVER) || statSync(SERVER).mtimeMs < newest(resolve('src'))) {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the server does not build:\n${stdout}${stderr}`);
  }
  return SERVER;
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
