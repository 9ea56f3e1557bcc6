import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compiles the server unless that was done since its sources changed.
 * @param {string} root of the repository
 */
export function build(root) {
  const server = join(root, 'dist/main.js');
  if (existsSync(server) && statSync(server).mtimeMs > newest(join(root, 'src'))) return;
  console.log('building the server …');
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit', shell });
  if (status !== 0) throw new Error('the build failed');
  const now = new Date();
  utimesSync(server, now, now); // an incremental build leaves files alone that come out the same
}

function newest(path) {
  const { mtimeMs } = statSync(path);
  return statSync(path).isDirectory()
    ? Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
    : mtimeMs;
}
