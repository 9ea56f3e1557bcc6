import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * Compiles the server if anything that goes into it is newer than the last build. Looking takes some 20 ms, a build
 * several seconds; this is what makes `npm start` quick the second time.
 */
const root = path.dirname(import.meta.dirname);
const stamp = path.join(root, 'dist', '.built');
const inputs = ['src', 'package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];

const newest = Math.max(...inputs.map((input) => lastChange(path.join(root, input))));
const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
if (newest > built) build();

function build() {
  const started = new Date();
  rmSync(stamp, { force: true });
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  writeFileSync(stamp, '');
  // What changed during the build counts as not built.
  utimesSync(stamp, started, started);
}

/** Of a file, or of anything below a directory; tests are no part of a build. */
function lastChange(place) {
  const found = statSync(place);
  if (!found.isDirectory()) return place.endsWith('.spec.ts') ? 0 : found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(place).map((name) => lastChange(path.join(place, name))));
}
