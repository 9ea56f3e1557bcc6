import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * Compiles the server, the SDK and the examples, each only if something that goes into it is newer than its last build.
 * Looking takes some 20 ms, a build several seconds; this is what makes `npm start` quick the second time.
 *
 *     node scripts/build-when-stale.mjs [server] [packed] [sdk] [cli] [bank] [travel]      all of them unless some are named
 */
const root = path.dirname(import.meta.dirname);
const common = ['package.json', 'package-lock.json', 'tsconfig.json'];

const server = {
  inputs: [...common, 'src', 'nest-cli.json', 'tsconfig.build.json'],
  stamp: 'dist/.built',
  command: ['run', '--silent', 'build'],
};
const sdk = {
  inputs: [
    ...common,
    'src/saga',
    'sdk/src',
    'sdk/scripts',
    'sdk/package.json',
    'sdk/tsconfig.esm.json',
    'sdk/tsconfig.cjs.json',
  ],
  stamp: 'sdk/dist/.built',
  command: ['run', '--silent', 'build', '--workspace', '@skald/sdk'],
};
/** The server in one file, for the tests: see `test/support/pack-server.mjs`. */
const packed = {
  inputs: ['dist/.built', 'test/support/pack-server.mjs', 'test/support/packed-server.cjs'],
  stamp: 'dist/.packed/.built',
  command: ['run', '--silent', 'pack:server'],
};
const cli = {
  inputs: [...sdk.inputs, 'cli/src', 'cli/package.json', 'cli/tsconfig.json'],
  stamp: 'cli/dist/.built',
  command: ['run', '--silent', 'build', '--workspace', '@skald/cli'],
};
/** Those that are written in TypeScript; they are compiled against the SDK as it is published. */
const example = (name) => ({
  inputs: [...sdk.inputs, `examples/${name}/src`, `examples/${name}/package.json`, `examples/${name}/tsconfig.json`],
  stamp: `examples/${name}/dist/.built`,
  command: ['run', '--silent', 'build', '--workspace', `skald-example-${name}`],
});

const PARTS = {
  server: [server],
  packed: [server, packed],
  sdk: [sdk],
  cli: [sdk, cli],
  bank: [sdk, example('bank')],
  travel: [sdk, example('travel')],
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const parts = [...new Set(wanted.flatMap((name) => PARTS[name]))];
if (parts.some(isStale)) alone(() => parts.forEach((part) => isStale(part) && build(part)));

function isStale({ inputs, stamp }) {
  const file = path.join(root, stamp);
  if (!inputs.every((input) => existsSync(path.join(root, input)))) return true; // made by a build that is still to come
  return (
    !existsSync(file) || Math.max(...inputs.map((input) => lastChange(path.join(root, input)))) > statSync(file).mtimeMs
  );
}

function build({ stamp, command }) {
  const file = path.join(root, stamp);
  const started = new Date();
  rmSync(file, { force: true });
  execFileSync('npm', command, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  writeFileSync(file, '');
  // What changed during the build counts as not built.
  utimesSync(file, started, started);
}

/** Two builds at a time would delete one another's output: tests that run side by side each ask for one. */
function alone(work) {
  const lock = path.join(root, 'node_modules', '.cache', 'skald-build');
  mkdirSync(path.dirname(lock), { recursive: true });
  while (!take(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true });
  }
}

/** One that was left behind by a build that was killed is taken after three minutes. */
function take(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch (err) {
    if (err.code !== 'EEXIST') throw err;
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > 180_000) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** Of a file, or of anything below a directory; tests are no part of a build. */
function lastChange(place) {
  const found = statSync(place);
  if (!found.isDirectory()) return place.endsWith('.spec.ts') ? 0 : found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(place).map((name) => lastChange(path.join(place, name))));
}
