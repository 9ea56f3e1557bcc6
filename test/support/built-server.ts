import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const programs = new Map<string, string>();

/**
 * Path of the compiled server, built first when its sources are newer. `SKALD_TEST_SERVER` names another one, which is
 * then taken as it is.
 */
export function builtServer(): string {
  return freshlyBuilt('server', 'dist/main.js');
}

/**
 * Path of the same server packed into one file, which starts with a third of the work. For suites that start many;
 * those from outside (`test/blackbox`) run it as it is shipped. `SKALD_TEST_SERVER` is obeyed here as well.
 */
export function packedServer(): string {
  return freshlyBuilt('packed', 'dist/.packed/server.cjs');
}

/** Sources that change while the tests run are for the next run. */
function freshlyBuilt(part: string, program: string): string {
  const known = programs.get(part);
  if (known !== undefined) return known;
  const given = process.env['SKALD_TEST_SERVER'];
  if (given === undefined) {
    execFileSync(process.execPath, [resolve('scripts/build-when-stale.mjs'), part], { stdio: 'inherit' });
  }
  const path = given ?? resolve(program);
  programs.set(part, path);
  return path;
}
