import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';
import { SkaldApi, type Answer } from '../../../test/support/skald-api.js';
import { eventually } from '../../../test/support/waiting.js';
import { createLog } from '../../config/log.js';
import { readConfig } from '../../config/read-config.js';
import { type Server, startServer } from '../../server.js';

const SAGAS = 12;

describe('bulk operations', () => {
  let database: FreshDatabase;
  let server: Server;
  let api: SkaldApi;
  let names = 0;

  beforeAll(async () => {
    database = await freshDatabase();
    const config = readConfig({ PORT: String(await freePort()), HOST: '127.0.0.1' });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
    api = new SkaldApi(server.url);
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  /** Sagas that wait for a signal, under a definition of their own. */
  const waiting = async (): Promise<string> => {
    const definition = `wait-${++names}`;
    await api.postDefinition({ name: definition, steps: [{ name: 'wait', signal: 'go' }] });
    await api.post('/v1/sagas/batch', { items: Array.from({ length: SAGAS }, () => ({ definition, input: {} })) });
    return definition;
  };

  const start = (more: object, headers: Record<string, string> = {}): Promise<Answer> =>
    api.post(
      '/v1/admin/bulk',
      { action: 'pause', reason: 'a test', canary: 2, ratePerSecond: 1_000, ...more },
      headers,
    );

  const ended = (id: string): Promise<Answer['body']> =>
    eventually('the operation to end', async () => {
      const { body } = await api.get(`/v1/admin/bulk/${id}`);
      return body.finishedAt !== null && body;
    });

  it('pause all sagas of a definition, and say of each what came of it', async () => {
    const definition = await waiting();
    const answer = await start({ filter: { definition } });
    expect(answer).toMatchObject({
      status: 202,
      body: { status: 'running', action: 'pause', by: 'anonymous', filter: { definition }, finishedAt: null },
    });
    const { id } = answer.body;
    expect(answer.headers.get('location')).toBe(`/v1/admin/bulk/${id}`);
    expect(await ended(id)).toMatchObject({
      status: 'completed',
      counts: { selected: SAGAS, ordered: SAGAS, succeeded: SAGAS, refused: 0, waiting: 0, pending: 0 },
    });
    expect(await api.list('/v1/sagas', `definition=${definition}&paused=true`)).toHaveLength(SAGAS);

    const first = await api.get(`/v1/admin/bulk/${id}/items?limit=10`);
    expect(first.body.items[0]).toMatchObject({ outcome: 'succeeded', status: 'running', at: expect.any(String) });
    const second = await api.get(`/v1/admin/bulk/${id}/items?limit=10&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ nextCursor: null, items: [expect.anything(), expect.anything()] });
    expect((await api.get(`/v1/admin/bulk/${id}/items?outcome=failed`)).body.items).toEqual([]);
    expect((await api.get('/v1/admin/bulk?limit=1')).body.items).toMatchObject([{ id }]);
  });

  it('tell beforehand who would refuse, and why', async () => {
    const definition = await waiting();
    const { status, body } = await start({ filter: { definition }, action: 'resume', dryRun: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ dryRun: true, count: SAGAS, judged: SAGAS },
      groups: [{ definition, status: 'running', step: null, count: SAGAS }],
      refusals: [{ code: 'not-paused', count: SAGAS, sample: expect.any(String) }],
    });
    const { body: done } = await start({ filter: { definition }, action: 'resume' });
    expect((await ended(done.id)).counts).toMatchObject({ ordered: 0, refused: SAGAS });
  });

  it('are held, go on and are called off by an operator, who is asked why', async () => {
    const definition = await waiting();
    const { id } = (await start({ filter: { definition }, ratePerSecond: 0.1 })).body;
    const turn = (verb: string, reason = 'dinner') => api.post(`/v1/admin/bulk/${id}/${verb}`, { reason });
    expect(await turn('pause')).toMatchObject({ status: 200, body: { status: 'paused', finishedAt: null } });
    expect(await turn('pause')).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect(await turn('resume')).toMatchObject({ status: 200, body: { status: 'running' } });
    const { body } = await turn('cancel', 'wrong sagas');
    expect(body).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
    expect(body.counts.waiting).toBeGreaterThanOrEqual(SAGAS - 2);
    expect(await turn('resume')).toMatchObject({ status: 409, body: { code: 'bulk-not-open' } });
    expect((await api.post(`/v1/admin/bulk/${id}/cancel`, {})).status).toBe(400);

    const audit = (await api.get(`/v1/admin/audit?target=${id}`)).body.items;
    expect(audit.map((row: { action: string; reason: string }) => `${row.action}: ${row.reason}`)).toEqual([
      ...['bulk.cancel: wrong sagas', 'bulk.resume: dinner', 'bulk.pause: dinner', 'bulk.start: a test'],
    ]);
  });

  it('order what was checked: null for what could have been left out is left out, and a body of null is one', async () => {
    const params = { step: 'wait', path: '/x', participant: null, operation: null, body: null };
    const checked = { step: 'wait', path: '/x', body: null };
    const order = { filter: { definition: await waiting() }, action: 'rebind', params };
    expect((await start({ ...order, dryRun: true })).body.params).toEqual(checked);
    expect((await start(order)).body.params).toEqual(checked);
  });

  it('start once under one Idempotency-Key', async () => {
    const definition = await waiting();
    const key = { 'idempotency-key': 'once' };
    const starts = await Promise.all([1, 2, 3].map(() => start({ filter: { definition } }, key)));
    expect(new Set(starts.map(({ body }) => body.id)).size).toBe(1);
    expect(starts.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(2);
    expect(await start({ filter: { definition }, canary: 3 }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it.each([
    ['an empty filter', { filter: {} }, '/filter'],
    ['no filter', {}, '/filter'],
    ['a page instead of a selection', { filter: { status: 'stuck', limit: 10 } }, '/filter/limit'],
    ['all and something else', { filter: { all: true, status: 'stuck' } }, '/filter/all'],
    ['a status that there is not', { filter: { status: 'broken' } }, '/filter/status'],
    ['an action that there is not', { filter: { all: true }, action: 'explode' }, '/action'],
    ['an order without what it needs', { filter: { all: true }, action: 'skip' }, '/params/step'],
    ['params of another order', { filter: { all: true }, params: { step: 'wait' } }, '/params/step'],
    ['a reason in the wrong place', { filter: { all: true }, params: { reason: 'so' } }, '/params/reason'],
    ['no reason', { filter: { all: true }, reason: '' }, '/reason'],
    ['a rate of nothing', { filter: { all: true }, ratePerSecond: 0 }, '/ratePerSecond'],
    ['a share above one', { filter: { all: true }, stopOnFailureRatio: 2 }, '/stopOnFailureRatio'],
    ['half a canary', { filter: { all: true }, canary: 0.5 }, '/canary'],
  ])('are refused with %s', async (_, more, pointer) => {
    const { status, body } = await start(more);
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({ pointer, detail: expect.any(String) });
  });

  it('are not found by an id that is none of theirs', async () => {
    for (const id of ['nobody', '0190a6d2-7c1e-7000-8000-000000000001']) {
      for (const path of [id, `${id}/items`]) {
        expect(await api.get(`/v1/admin/bulk/${path}`)).toMatchObject({ status: 404, body: { code: 'unknown-bulk' } });
      }
      expect((await api.post(`/v1/admin/bulk/${id}/pause`, { reason: 'so' })).status).toBe(404);
    }
  });
});
