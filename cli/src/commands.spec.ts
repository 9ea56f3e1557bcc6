import { readFileSync } from 'node:fs';
import { skald } from '../test/terminal.js';
import { programOf } from './program.js';
import { referenceOf } from './reference.js';
import { VERSION } from './version.js';

const complete = async (...words: string[]) =>
  (await skald(['__complete', '--', ...words])).out.split('\n').slice(0, -1);

describe('the command line', () => {
  it('is documented as it is', () => {
    const sink = { write: () => undefined };
    const reference = referenceOf(programOf({ stdout: sink, stderr: sink }, neverOpens));
    const [, written] = readFileSync('docs/reference/cli.md', 'utf8').split('from here on. -->\n\n');
    expect(written).toBe(reference);
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync('cli/package.json', 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect(await skald(['--version'])).toMatchObject({ code: 0, out: `${VERSION}\n`, err: '' });
    expect((await skald(['version', '-o', 'yaml'])).out).toContain(`skald: ${VERSION}\n`);
  });

  it('completes commands, options and their values', async () => {
    expect(await complete('re')).toEqual(['rebind', 'resolve', 'resume', 'retry']);
    expect(await complete('definitions', '')).toEqual(['diff', 'get', 'lint', 'list', 'push']);
    expect(await complete('resolve', 'some-id', '--outcome', '')).toEqual(['compensated', 'completed']);
    expect(await complete('breaker', 'bank', 'forced')).toEqual(['forced-closed', 'forced-open']);
    expect(await complete('-o', '')).toEqual(['json', 'table', 'yaml']);
    expect(await complete('get', '--o')).toEqual(['--output']);
    expect(await complete('__')).toEqual([]);
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    expect((await skald(['completion', shell])).out).toContain('skald __complete');
  });

  it.each<[string, string[], string]>([
    ['a command that there is not', ['retyr'], 'retry'],
    ['an option that there is not', ['get', 'x', '--al'], '--al'],
    ['an order without sagas', ['retry', '--reason', 'x'], 'which sagas'],
    ['ids and a filter', ['retry', 'x', '--filter', 'status=stuck', '--reason', 'x'], 'not both'],
    ['an order without a reason, where nobody can be asked', ['retry', 'x'], 'say why'],
    ['a seq for two sagas', ['retry', 'x', 'y', '--seq', '3', '--reason', 'x'], 'one saga'],
    ['a filter that there is not', ['retry', '--filter', 'state=x', '--reason', 'x'], 'no filter'],
    ['input that is no JSON', ['start', 'x', '--input', '{'], 'no JSON'],
    ['an outcome that there is not', ['resolve', 'x', '--outcome', 'done'], 'completed'],
    ['a server that is no URL', ['get', 'x', '--server', 'skald'], 'http'],
  ])('does not take %s', async (_, argv, told) => {
    const { code, out, err } = await skald(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(told);
  });

  it('checks definitions without a server', async () => {
    const good = 'name: a\nsteps: [{ name: b, sleep: 1s }]';
    expect(await skald(['definitions', 'lint', '-'], { stdin: good })).toMatchObject({ code: 0, err: 'no problems\n' });
    const bad = await skald(['definitions', 'lint', '-'], { stdin: `${good}\n---\nname: A\nsteps: []` });
    expect(bad.code).toBe(1);
    expect(
      bad.json.items.map(({ where, pointer }: { where: string; pointer: string }) => `${where} ${pointer}`),
    ).toEqual(['-:4 /name', '-:4 /steps']);
  });

  it('tells of a server that is away, and of a key on the command line, and never the key', async () => {
    const secret = 'sk_0189_topsecret';
    const { code, out, err } = await skald([
      'get',
      'x',
      '--server',
      'http://127.0.0.1:9',
      '--api-key',
      secret,
      '--timeout',
      '50ms',
    ]);
    expect({ code, out }).toEqual({ code: 6, out: '' });
    expect(err).toContain('SKALD_API_KEY');
    expect(err).not.toContain('topsecret');
  });
});

function neverOpens(): never {
  throw new Error('nothing is run');
}
