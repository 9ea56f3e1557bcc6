import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

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
  execFileSync(process.execPath, [resolve('scripts/build-when-stale.mjs'), 'server'], { stdio: 'inherit' });
  return resolve('dist/main.js');
}
