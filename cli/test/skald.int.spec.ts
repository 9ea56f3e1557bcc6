import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '../../src/config/log.js';
import { readConfig } from '../../src/config/read-config.js';
import { startServer, type Server } from '../../src/server.js';
import { ScriptedParticipant } from '../../test/engine/participant.js';
import { freshDatabase, type FreshDatabase } from '../../test/support/database.js';
import { freePort } from '../../test/support/ports.js';
import { redisUrl } from '../../test/support/services.js';
import { eventually } from '../../test/support/waiting.js';
import { skald, type Outcome } from './terminal.js';

jest.setTimeout(60_000);

const ADMIN = 'admin-secret-0123456789';
const VIEWER = 'viewer-secret-0123456789';
const NOBODY = '01890000-0000-7000-8000-000000000000';

const ORDER = `
name: order
steps:
  - name: reserve
    participant: stock
    action: { path: /reserve }
    compensation: { path: /cancel }
    compensationRetry: { maxAttempts: 1 }
  - name: pay
    participant: bank
    action: { path: /pay }
    compensation: none
`;

describe('the command line, with a server', () => {
  const participant = new ScriptedParticipant();
  const folder = mkdtempSync(path.join(tmpdir(), 'skald-cli-'));
  let database: FreshDatabase;
  let server: Server;
  let target: string;

  beforeAll(async () => {
    target = await participant.listen();
    database = await freshDatabase();
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_API_KEYS: `admin:${ADMIN},viewer:${VIEWER}`,
      SKALD_ALLOWED_TARGETS: '127.0.0.0/8',
    });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
    writeFileSync(path.join(folder, 'a-order.yaml'), ORDER);
    const participants = { stock: { endpoints: [target] }, bank: { endpoints: [target] } };
    writeFileSync(path.join(folder, 'b-participants.json'), JSON.stringify({ participants }));
    expect((await run('apply', '-f', folder)).code).toBe(0);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
    await participant.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    participant.behave = () => undefined;
  });

  const env = (key = ADMIN) => ({ SKALD_URL: server.url, SKALD_API_KEY: key });
  const run = (...argv: string[]): Promise<Outcome> => skald(argv, { env: env() });
  const inTerminal = (...argv: string[]): Promise<Outcome> =>
    skald(argv, { env: { ...env(), NO_COLOR: '1' }, columns: 100 });
  const idOf = async (argv: Promise<Outcome>) => (await argv).json.id as string;

  /** Sagas whose compensation finds nothing where it is sent. */
  const stuckSagas = async (count: number): Promise<string[]> => {
    participant.behave = ({ step, operation, path: at }) =>
      step === 'pay' ? { status: 409 } : operation === 'compensation' && at === '/cancel' ? { status: 422 } : undefined;
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const { code, json } = await run('start', 'order', '--wait', '20s', '--tag', 'lot=stuck');
      expect([code, json.status]).toEqual([11, 'stuck']);
      ids.push(json.id as string);
    }
    return ids;
  };

  it('applies files, and says what is new, changed and as it was', async () => {
    const results = async (...more: string[]) =>
      (await run('apply', '-f', folder, ...more)).json.items.map(
        ({ kind, name, result }: Record<string, string>) => `${kind} ${name} ${result}`,
      );
    expect(await results()).toEqual([
      'participant stock unchanged',
      'participant bank unchanged',
      'definition order unchanged',
    ]);
    expect(await results('--dry-run')).toEqual(await results());
    const file = path.join(folder, 'c-more.yaml');
    writeFileSync(file, `${ORDER.replace('/pay', '/pay-more')}---\nname: mail\nendpoints: ['${target}/mail']\n`);
    const shown = await inTerminal('apply', '-f', file, '--dry-run');
    expect(shown.out).toBe('participant mail created (dry run)\ndefinition order configured (dry run)\n');
    const changed = await skald(['definitions', 'diff', '-', '--no-color'], {
      env: env(),
      stdin: ORDER.replace('/pay', '/pay-more'),
      columns: 99,
    });
    expect(changed.code).toBe(1);
    expect(changed.out).toMatch(/^-\s+path: \/pay$/m);
    expect(changed.out).toMatch(/^\+\s+path: \/pay-more$/m);
    expect((await skald(['definitions', 'diff', '-'], { env: env(), stdin: ORDER })).code).toBe(0);
    rmSync(file);

    const bad = await skald(['definitions', 'push', '-'], {
      env: env(),
      stdin: 'name: bad\nsteps: [{ name: a, sleep: soon }]',
    });
    expect([bad.code, bad.err]).toEqual([4, expect.stringContaining('/steps/0/sleep')]);
  });

  it('starts a saga, follows it, and says by its exit code how it ended', async () => {
    const done = await run('start', 'order', '--input', '{"qty":1}', '--business-key', 'o-1', '--wait', '20s');
    expect([done.code, done.json.status, done.err]).toEqual([0, 'completed', '']);
    const { id } = done.json;
    expect((await run('get', id)).json).toEqual(done.json);
    expect((await inTerminal('get', id)).out).toContain('└─ ✔ pay      succeeded     bank\n');
    expect((await run('list', '--business-key', 'o-1', '--status', 'completed,running')).json.items).toMatchObject([
      { id },
    ]);
    expect((await inTerminal('list', '--business-key', 'none')).out).toBe('none\n');
    expect((await inTerminal('events', id)).out).toMatch(/#1 {2}api {2}saga-started/);
    expect((await run('attempts', id)).json.items).toMatchObject([
      { step: 'reserve', outcome: 'succeeded', status: 200 },
      { step: 'pay', outcome: 'succeeded' },
    ]);
    expect((await run('get', id, '-o', 'yaml')).out).toContain('businessKey: o-1\n');

    participant.behave = ({ step }) => (step === 'pay' ? { status: 409 } : undefined);
    const undone = await idOf(run('start', 'order'));
    const lines = await run('watch', undone);
    expect(lines.code).toBe(10);
    expect(lines.out).toMatch(/step-rejected pay .*\n[^]*saga-compensated/);
    expect(lines.err).toContain('compensated');
    const tree = await inTerminal('watch', undone);
    expect([tree.code, tree.out]).toEqual([10, expect.stringContaining('↩ reserve  compensated')]);
    const json = await run('watch', undone, '-o', 'json');
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { seq: number }).seq)[0],
    ).toBe(1);
  });

  it('gives every order to single sagas, and says why one is refused', async () => {
    const [a = '', b = '', c = ''] = await stuckSagas(3);
    expect((await run('watch', a)).code).toBe(11);
    const groups = (await run('stuck', '--definition', 'order')).json.items;
    expect(groups).toMatchObject([{ count: 3, step: 'reserve', operation: 'compensation' }]);
    expect((await inTerminal('stuck')).out).toContain('reserve');
    expect((await run('list', '--error', groups[0].fingerprint)).json.items).toHaveLength(3);

    const moved = await run('retry', a, '--reason', 'x', '--seq', '1');
    expect([moved.code, moved.out]).toEqual([4, '']);
    expect((await run('pause', a, '--reason', 'wait')).json.paused).toBe(true);
    expect((await run('resume', a, '--reason', 'go on')).json.paused).toBe(false);
    expect((await run('rebind', a, '--step', 'reserve', '--path', '/cancel-2', '--reason', 'moved')).code).toBe(0);
    expect((await run('watch', a)).code).toBe(10);
    expect((await run('skip', b, '--step', 'reserve', '--reason', 'undone by hand')).code).toBe(0);
    expect((await run('watch', b)).code).toBe(10);
    expect((await run('resolve', c, '--outcome', 'compensated', '--reason', 'by hand')).json.status).toBe(
      'compensated',
    );
    const final = await run('compensate', c, NOBODY, '--reason', 'again');
    expect([final.code, final.json.items]).toEqual([4, []]);
    expect(final.err).toMatch(/already-final[^]*unknown-saga/);
    expect((await run('cancel', NOBODY, '--reason', 'x')).code).toBe(3);

    const audit = (await run('audit', '--saga', a)).json.items as { action: string; reason: string }[];
    expect(audit.map(({ action, reason }) => `${action} ${reason}`)).toEqual([
      'saga.rebind moved',
      'saga.resume go on',
      'saga.pause wait',
    ]);
  });

  it('mends many sagas by a filter: counts, asks, and tells what became of them', async () => {
    const ids = await stuckSagas(3);
    const filter = ['--filter', 'status=stuck', '--filter', 'tag.lot=stuck'];
    const order = ['rebind', ...filter, '--step', 'reserve', '--path', '/cancel-2', '--reason', 'moved'];
    const dry = await run(...order, '--dry-run');
    expect(dry.json).toMatchObject({ dryRun: true, count: 3, groups: [{ definition: 'order', count: 3 }] });
    expect((await inTerminal(...order, '--dry-run')).out).toContain('order');
    const unasked = await run(...order);
    expect([unasked.code, unasked.err]).toEqual([2, expect.stringContaining('--yes')]);
    const { code, json, err } = await run(...order, '--yes', '--canary', '1', '--rate', '100');
    expect([code, json]).toEqual([0, expect.objectContaining({ status: 'completed' })]);
    expect(json.counts).toMatchObject({ selected: 3, succeeded: 3, failed: 0 });
    expect(err).toContain('rebind: 3 sagas');
    const items = (await run('bulk', 'items', json.id)).json.items as { saga: string; outcome: string }[];
    expect(items.map(({ saga }) => saga).sort()).toEqual([...ids].sort());
    expect((await run('bulk', 'get', json.id, '--wait')).json.id).toBe(json.id);
    expect((await inTerminal('bulk', 'list')).out).toContain('rebind');
    expect((await run('bulk', 'cancel', json.id, '--reason', 'late')).code).toBe(4);
    for (const id of ids) expect((await run('watch', id)).code).toBe(10);
  });

  it('sends signals, and steers participants and their breakers', async () => {
    await skald(['definitions', 'push', '-'], { env: env(), stdin: 'name: wait\nsteps: [{ name: go, signal: go }]' });
    const started = await skald(['start', 'wait', '--input', '-'], { env: env(), stdin: '{"for":"Ada"}' });
    const { id, input } = started.json;
    expect(input).toEqual({ for: 'Ada' });
    expect((await run('signal', id, 'go', '--body', '{"by":"Ada"}')).code).toBe(0);
    expect((await run('watch', id)).code).toBe(0);
    expect((await inTerminal('definitions', 'list')).out).toContain('wait');
    expect((await run('definitions', 'get', 'order', '--definition-version', '1')).json.version).toBe(1);

    const put = await skald(['participants', 'put', 'spare', '-'], { env: env(), stdin: `endpoints: ['${target}']` });
    expect(put.json).toMatchObject({ name: 'spare' });
    expect((await run('breaker', 'spare', 'forced-open', '--reason', 'ill')).json.breaker.state).toBe('forced-open');
    expect((await inTerminal('participants', 'board')).out).toMatch(/spare +forced-open/);
    expect((await run('breaker', 'spare', 'auto', '--reason', 'well')).code).toBe(0);
    expect((await inTerminal('participants', 'list')).out).toContain('spare');
    expect((await run('participants', 'delete', 'spare')).code).toBe(0);
    expect((await run('participants', 'get', 'spare')).code).toBe(3);
  });

  it('keeps keys and webhooks, and shows their secrets once', async () => {
    const { id, key } = (await run('keys', 'create', 'ci', '--role', 'operator', '--expires-at', '2999-01-01')).json;
    expect((await skald(['stuck'], { env: env(key) })).code).toBe(0);
    expect((await skald(['keys', 'list'], { env: env(key) })).code).toBe(5);
    const rotated = (await run('keys', 'rotate', id, '--expires-previous-after', '1h')).json;
    expect(rotated.key).not.toBe(key);
    const listed = await run('keys', 'list');
    expect(listed.json.items).toMatchObject([{ id, name: 'ci' }]);
    expect(listed.out).not.toContain(key);
    expect((await run('keys', 'revoke', id)).code).toBe(0);
    expect((await run('keys', 'list')).json.items).toMatchObject([{ id, revokedAt: expect.any(String) }]);
    expect((await inTerminal('keys', 'list')).out).toContain('operator');

    const hook = (await run('webhooks', 'create', 'ledger', `${target}/events`, '--type', 'saga.completed')).json;
    expect(hook).toMatchObject({ secret: expect.stringMatching(/^whsec_/), filter: { types: ['saga.completed'] } });
    expect((await run('webhooks', 'test', hook.id)).json).toMatchObject({ delivered: true });
    expect((await run('webhooks', 'rotate-secret', hook.id)).json.secret).not.toBe(hook.secret);
    expect((await run('webhooks', 'enable', hook.id)).code).toBe(0);
    expect((await run('webhooks', 'replay', hook.id, '--from', '1m')).code).toBe(0);
    expect((await run('webhooks', 'deliveries', hook.id, '--status', 'failed')).json.items).toEqual([]);
    expect((await inTerminal('webhooks', 'list')).out).toContain('active');
    expect((await run('webhooks', 'get', hook.id)).out).not.toContain('whsec_');
    expect((await run('webhooks', 'delete', hook.id)).code).toBe(0);
  });

  it('shows the audit trail, as it grows, in full, and whether it is whole', async () => {
    expect((await run('audit', '--action', 'key.*', '--since', '1h', '--limit', '1')).json.items).toHaveLength(1);
    expect((await inTerminal('audit', '--limit', '2')).out).toMatch(/^SEQ/);
    expect((await run('audit', '--verify')).json.intact).toBe(true);
    const rows = (await run('audit', '--export')).out.trimEnd().split('\n');
    expect(rows.map((row) => (JSON.parse(row) as { seq: number }).seq)).toEqual(rows.map((_, i) => i + 1));

    const stop = new AbortController();
    let heard = '';
    const following = skald(['audit', '--follow', '--after-seq', String(rows.length), '-o', 'table'], {
      env: env(),
      signal: stop.signal,
      heard: (text) => (heard += text),
    });
    await run('breaker', 'stock', 'auto', '--reason', 'to be heard');
    await eventually('the row', () => heard.includes('to be heard'));
    stop.abort();
    expect((await following).code).toBe(0);
    expect(heard.trimEnd().split('\n')).toHaveLength(1);
  });

  it('examines an installation, and never prints a secret', async () => {
    const surroundings = { ...env(), DATABASE_URL: database.url, REDIS_URL: redisUrl() ?? '' };
    const { json, out } = await skald(['doctor', '-o', 'json'], { env: surroundings });
    const results = Object.fromEntries(json.items.map(({ check, result }: Record<string, string>) => [check, result]));
    expect(results).toMatchObject({
      ...{ 'this command': 'ok', server: 'ok', 'api key': 'ok', 'clock of the server': 'ok' },
      ...{ migrations: 'ok', partitions: 'ok', 'clock of postgres': 'ok', ...(redisUrl() !== null && { redis: 'ok' }) },
      ...{ 'participant stock': 'ok', 'participant bank': 'ok' },
    });
    expect(out).not.toContain(ADMIN);
    const away = {
      ...env(),
      DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:9/x',
      REDIS_URL: 'redis://:hunter2@127.0.0.1:9',
    };
    const ill = await skald(['doctor'], { env: away });
    expect(ill.code).toBe(1);
    expect(ill.out).toMatch(/^fail +postgres: .*ECONNREFUSED[^]*^fail +redis: /m);
    expect(ill.out).not.toContain('hunter2');
  });

  it('is told what it may not do', async () => {
    const viewer = (...argv: string[]) => skald(argv, { env: env(VIEWER) });
    expect((await viewer('list')).code).toBe(0);
    expect(await viewer('start', 'order')).toMatchObject({ code: 5, out: '' });
    expect((await viewer('doctor')).out).toContain('its role is viewer');
    expect((await skald(['list'], { env: { SKALD_URL: server.url } })).code).toBe(5);
    expect((await skald(['doctor'], { env: { SKALD_URL: server.url } })).out).toMatch(
      /^fail +api key: .*SKALD_API_KEY/m,
    );
  });
});
