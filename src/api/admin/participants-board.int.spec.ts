import { pino } from 'pino';
import { breaker, endpoint, snapshot } from '../../../test/participants/snapshots.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';
import { SkaldApi } from '../../../test/support/skald-api.js';
import { readConfig } from '../../config/read-config.js';
import { writeReport } from '../../engine/node-report.js';
import { startServer, type Server } from '../../server.js';
import { Database } from '../../store/database.js';
import { Nodes } from '../../store/nodes.js';
import { DEFAULTS_ROW, Participants } from '../../store/participants.js';

jest.setTimeout(60_000);

const OPERATOR = { authorization: 'Bearer operator-0123456789' };
const ADMIN = { authorization: 'Bearer admin-0123456789' };
const STARTED = Date.parse('2026-11-23T12:00:00.000Z');
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('the operators’ board', () => {
  let database: FreshDatabase;
  let store: Database;
  let server: Server;
  let api: SkaldApi;
  const logged: Record<string, unknown>[] = [];

  beforeAll(async () => {
    database = await freshDatabase();
    store = new Database({ url: database.url });
    await store.connect();
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_ALLOWED_TARGETS: '127.0.0.0/8',
      SKALD_API_KEYS: 'operator:operator-0123456789,admin:admin-0123456789',
    });
    const log = pino({}, { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) });
    server = await startServer(config, log, database.url);
    api = new SkaldApi(server.url);
    for (const name of ['stock', 'constructor', 'payment']) {
      const document = { endpoints: [`http://127.0.0.1:9/${name}`] };
      expect((await api.request('PUT', `/v1/participants/${name}`, document, ADMIN)).status).toBe(201);
    }
  });
  afterAll(async () => {
    await server.stop();
    await store.close();
    await database.drop();
  });

  const board = async () => {
    const { status, body } = await api.get('/v1/admin/participants', OPERATOR);
    expect(status).toBe(200);
    return new Map((body.items as { name: string }[]).map((item) => [item.name, item]));
  };
  const order = (name: string, body: unknown, headers = OPERATOR) =>
    api.request('PUT', `/v1/admin/participants/${name}/breaker`, body, headers);

  it('has every participant that is stored, called or not, and none that was deleted', async () => {
    await api.request('PUT', '/v1/participants/gone', { endpoints: ['http://127.0.0.1:9'] }, ADMIN);
    await api.request('DELETE', '/v1/participants/gone', undefined, ADMIN);
    const items = await board();
    expect([...items.keys()]).toEqual(['constructor', 'payment', 'stock']);
    expect(items.get('constructor')).toEqual({
      name: 'constructor',
      breaker: { state: 'closed', since: null, window: { calls: 0, failures: 0, slow: 0, ms: 0 } },
      order: null,
      ...{ rateLimit: null, shaping: null, bulkhead: null, retryBudget: null, degraded: false, inFlight: 0 },
      endpoints: [
        {
          ...{ url: 'http://127.0.0.1:9/constructor', inFlight: 0, latencyMs: null, ejectedUntil: null },
          ...{ healthy: true, share: 100, slowStart: false, panic: false },
        },
      ],
      processes: [],
    });
  });

  it('takes what holds for all participants for none of them', async () => {
    await new Participants(store).put(DEFAULTS_ROW, { policies: {} });
    expect([...(await board()).keys()]).toEqual(['constructor', 'payment', 'stock']);
    for (const state of ['auto', 'forced-open']) {
      expect((await order(DEFAULTS_ROW, { state, reason: 'a try' })).status).toBe(404);
    }
  });

  it('shows what other processes tell, each by itself and all together', async () => {
    const about = { role: 'worker', version: '9.9.9', startedAt: STARTED } as const;
    const url = 'http://127.0.0.1:9/payment';
    const nodes = new Nodes(store);
    const tell = (node: string, told: Parameters<typeof snapshot>[0]) =>
      nodes.round(node, writeReport(about, { payment: snapshot(told) }));
    await tell('w1', {
      breaker: breaker({ state: 'open', sinceMs: 60_000, window: { calls: 9, failures: 8, slow: 0, ms: 30_000 } }),
      endpoints: [endpoint(url, { inFlight: 2, ejectedUntilMs: 60_000 })],
      inFlight: 2,
    });
    await tell('w2', { breaker: breaker({ window: { calls: 1, failures: 0, slow: 1, ms: 30_000 } }) });
    await nodes.round('newer', '{"format":99,"participants":{"payment":"?"}}');

    const now = store.clock.now();
    const payment = (await board()).get('payment');
    expect(payment).toMatchObject({
      breaker: { state: 'open', window: { calls: 10, failures: 8, slow: 1, ms: 30_000 } },
      inFlight: 2,
      endpoints: [{ url, inFlight: 2, ejectedUntil: expect.stringMatching(RFC_3339) }],
      processes: [
        { node: 'w1', role: 'worker', version: '9.9.9', startedAt: '2026-11-23T12:00:00.000Z', inFlight: 2 },
        { node: 'w2', breaker: { state: 'closed', window: { calls: 1 } }, endpoints: [] },
      ],
    });
    const { breaker: shown, endpoints } = payment as unknown as {
      breaker: { since: string };
      endpoints: { ejectedUntil: string }[];
    };
    expect(Math.abs(Date.parse(shown.since) - (now - 60_000))).toBeLessThan(3_000);
    expect(Math.abs(Date.parse(endpoints[0]!.ejectedUntil) - (now + 60_000))).toBeLessThan(3_000);
    await nodes.forget('w1');
    await nodes.forget('w2');
  });

  it('takes an order about a breaker, says who gave it, when and why, and writes it into the log', async () => {
    const forced = { state: 'forced-open', reason: 'they asked us to wait' };
    const { status, body } = await order('stock', forced);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'stock', breaker: { state: 'forced-open' } });
    expect(body.order).toEqual({ ...forced, by: 'env:operator', at: expect.stringMatching(RFC_3339) });
    expect(body.breaker.since).toBe(body.order.at);
    expect((await board()).get('stock')).toMatchObject({ order: body.order, breaker: { state: 'forced-open' } });
    expect((await order('stock', forced)).body.order).toEqual(body.order);
    expect(logged).toContainEqual(expect.objectContaining({ participant: 'stock', by: 'env:operator', ...forced }));

    const other = { state: 'forced-closed', reason: 'it only looks ill' };
    expect((await order('stock', other, ADMIN)).body.order).toMatchObject({ ...other, by: 'env:admin' });
    const lifted = await order('stock', { state: 'auto', reason: 'over' });
    expect(lifted.body).toMatchObject({ order: null, breaker: { state: 'closed' } });
    expect((await order('stock', { state: 'auto', reason: 'over' })).status).toBe(200);
  });

  it.each([
    ['a state that there is not', 'payment', { state: 'ajar', reason: 'x' }, 422, 'invalid-breaker-state'],
    ['a state in numbers', 'payment', { state: 1, reason: 'x' }, 422, 'invalid-breaker-state'],
    ['no state', 'payment', { reason: 'x' }, 422, 'invalid-breaker-state'],
    ['no reason', 'payment', { state: 'forced-open' }, 400, 'invalid-request'],
    ['a reason that is no text', 'payment', { state: 'forced-open', reason: ['x'] }, 400, 'invalid-request'],
    ['a field too many', 'payment', { state: 'forced-open', reason: 'x', until: 'noon' }, 400, 'invalid-request'],
    ['a participant that is not there', 'nobody', { state: 'forced-open', reason: 'x' }, 404, 'unknown-participant'],
    ['auto for one that is not there', 'nobody', { state: 'auto', reason: 'x' }, 404, 'unknown-participant'],
  ])('refuses an order with %s', async (_what, name, body, status, code) => {
    expect(await order(name, body)).toMatchObject({ status, body: { code } });
    expect((await board()).get('payment')).toMatchObject({ order: null });
  });
});
