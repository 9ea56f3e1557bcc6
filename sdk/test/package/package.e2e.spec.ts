import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { uuidv7 } from 'uuidv7';
import { freePort } from '../../../test/support/ports.js';
import { eventually } from '../../../test/support/waiting.js';

const SDK = path.resolve('sdk');
const MODULES = path.resolve('node_modules');
/** What the entries beside the main one need; a user's project has installed them. */
const PEERS = ['@nestjs', 'jsonata', 'ajv', 'ajv-formats', 'yaml', 'reflect-metadata'];
const ENTRIES = ['@skald/sdk', '@skald/sdk/nestjs', '@skald/sdk/testing', '@skald/sdk/yaml'];

/** The packed SDK in a project that knows nothing of this repository. */
describe('the SDK as it is published', () => {
  let folder: string;
  let tarball: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'skald-package-'));
    execFileSync(process.execPath, ['scripts/build-when-stale.mjs', 'sdk'], { stdio: 'inherit' });
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    tarball = path.join(folder, execFileSync('npm', pack, { cwd: SDK, encoding: 'utf8' }).trim());
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A project of its own, into which the package is installed without a registry: it depends on nothing. */
  const project = (type: 'module' | 'commonjs'): string => {
    const home = path.join(folder, type);
    mkdirSync(home);
    writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name: 'shop', private: true, type }));
    const install = ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball];
    execFileSync('npm', install, { cwd: home, stdio: 'pipe' });
    return home;
  };

  const withPeers = (home: string): void => {
    for (const peer of PEERS) symlinkSync(path.join(MODULES, peer), path.join(home, 'node_modules', peer));
  };

  const run = (home: string, program: string): string =>
    execFileSync(process.execPath, [program], { cwd: home, encoding: 'utf8' });

  describe.each([
    ['ES modules', 'module', 'mjs', (name: string) => `await import('${name}')`],
    ['CommonJS', 'commonjs', 'cjs', (name: string) => `require('${name}')`],
  ] as const)('in a project of %s', (_, type, ending, load) => {
    let home: string;
    let participant: ChildProcess | undefined;

    beforeAll(() => {
      home = project(type);
    }, 60_000);

    afterAll(() => participant?.kill('SIGKILL'));

    it('brings nothing else along', () => {
      expect(readdirSync(path.join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@skald']);
    });

    it('runs the participant of its README as printed', async () => {
      const [, printed] = /```js\n(\/\/ participant\n.*?)```/s.exec(readFileSync(path.join(SDK, 'README.md'), 'utf8'))!;
      const port = await freePort();
      const source = type === 'module' ? printed! : asCommonJs(printed!);
      writeFileSync(path.join(home, `participant.${ending}`), source.replace('9000', String(port)));
      participant = spawn(process.execPath, [`participant.${ending}`], {
        cwd: home,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const call = caller(`http://127.0.0.1:${port}`);
      await eventually('the participant answers', async () => (await call('/charges', 'action', 30)).status);

      const again = await Promise.all([1, 2, 3].map(() => call('/charges', 'action', 30)));
      for (const answer of again) expect(answer).toEqual({ status: 200, body: { charge: 1 } });
      expect(await call('/charges', 'action', 500, uuidv7())).toMatchObject({
        status: 409,
        body: { code: 'rejected' },
      });
      expect(await call('/charges/refund', 'compensation', 30)).toEqual({ status: 200, body: null });
      const early = uuidv7();
      expect(await call('/charges/refund', 'compensation', 30, early)).toEqual({ status: 200, body: null });
      expect(await call('/charges', 'action', 30, early)).toMatchObject({ status: 409, body: { code: 'barred' } });
    }, 30_000);

    it('loads every entry when its peers are there', () => {
      withPeers(home);
      const loads = ENTRIES.map((name) => `console.log('${name}', Object.keys(${load(name)}).length);`);
      writeFileSync(path.join(home, `entries.${ending}`), loads.join('\n'));
      const counts = run(home, `entries.${ending}`).trim().split('\n');
      expect(counts.map((line) => line.split(' ')[0])).toEqual(ENTRIES);
      for (const line of counts) expect(Number(line.split(' ')[1])).toBeGreaterThan(0);
    }, 30_000);
  });

  it('has types for every way of resolving modules', () => {
    const attw = path.join(MODULES, '@arethetypeswrong/cli/dist/index.js');
    // Throws when it finds a problem.
    execFileSync(process.execPath, [attw, tarball, '--no-emoji'], { encoding: 'utf8' });
  }, 60_000);

  it('documents every export', () => {
    execFileSync(process.execPath, [path.join(SDK, 'scripts/docs.mjs'), '--check'], { stdio: 'inherit' });
  }, 60_000);

  it('is packed as publint advises', () => {
    const publint = path.join(MODULES, 'publint/src/cli.js');
    execFileSync(process.execPath, [publint, 'run', tarball, '--strict'], { encoding: 'utf8' });
  }, 60_000);
});

function asCommonJs(source: string): string {
  return source.replace(/import (\{[^}]*\}) from ('[^']*');/g, 'const $1 = require($2);');
}

/** Calls as Skald does; always for the same saga unless another one is named. */
function caller(origin: string) {
  const usual = uuidv7();
  return async (route: string, operation: 'action' | 'compensation', amount: number, saga = usual) => {
    const response = await fetch(`${origin}${route}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `${saga}/charge/${operation}`,
        'skald-saga-id': saga,
        'skald-definition': 'order@1',
        'skald-step': 'charge',
        'skald-operation': operation,
        'skald-attempt': '1',
        'skald-seq': '1',
      },
      body: JSON.stringify(
        operation === 'action' ? { amount } : { input: { amount }, output: { charge: 1 }, reason: {} },
      ),
    });
    return { status: response.status, body: await response.json() };
  };
}
