import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/*
 * Compiles the SDK twice: as ES modules and as CommonJS. What the test kit needs of the server's core is compiled
 * along, so a team tests with the very rules that run in production.
 */
const sdk = path.dirname(import.meta.dirname);
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(path.join(sdk, 'dist'), { recursive: true, force: true });
for (const [format, type] of [
  ['esm', 'module'],
  ['cjs', 'commonjs'],
]) {
  const out = path.join(sdk, 'dist', format);
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, 'package.json'), `${JSON.stringify({ type, sideEffects: false })}\n`);
  execFileSync(process.execPath, [tsc, '-p', path.join(sdk, `tsconfig.${format}.json`)], { stdio: 'inherit' });
}
