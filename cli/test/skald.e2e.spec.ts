import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

jest.setTimeout(120_000);

const MAIN = resolve('cli/dist/main.js');

/** The command as it is published, in a process of its own. */
const skald = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ code: number; out: string; err: string }>((done) => {
    execFile(process.execPath, [MAIN, ...argv], { env: { PATH: process.env['PATH'], ...env } }, (err, out, told) => {
      done({ code: err ? Number(err.code) : 0, out, err: told });
    });
  });

describe('the command that is published', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [resolve('scripts/build-when-stale.mjs'), 'cli'], { stdio: 'inherit' });
  });

  it('begins as a program does, and says its version', async () => {
    expect(readFileSync(MAIN, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(await skald(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
    expect((await skald(['definitions', 'lint', 'docs/nowhere.yaml'])).code).toBe(1);
  });

  it('says what is wrong when there is no server', async () => {
    const { code, out } = await skald(['doctor'], { SKALD_URL: 'http://127.0.0.1:9' });
    expect(code).toBe(1);
    expect(out).toMatch(/^ok +this command: skald 0\.1\.0/m);
    expect(out).toMatch(/^fail +server: http:\/\/127\.0\.0\.1:9 does not answer .*--server$/m);
  });
});
