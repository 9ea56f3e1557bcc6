import { answers, cuts, Edge, refuses, streams } from '../../test/client/edge.js';
import type { Admin } from './admin.js';
import { SkaldClient } from './client.js';

describe('an order to retry', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const admin = () => new SkaldClient({ baseUrl: edge.url }).admin;

  it('is sent again under the same key when its answer is lost', async () => {
    edge.plays(cuts, answers(200, { id: 's-1' }));
    expect(await admin().retry('s-1', 'the bank is back')).toEqual({ id: 's-1' });
    expect(edge.lines).toEqual(Array(2).fill('POST /v1/admin/sagas/s-1/retry'));
    expect(edge.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      Array(2).fill({ reason: 'the bank is back' }),
    );
    const [one, other] = edge.seen.map(({ headers }) => headers['idempotency-key']);
    expect(one).toEqual(expect.any(String));
    expect(other).toBe(one);
    expect(edge.seen[0]!.headers).not.toHaveProperty('if-match');
  });

  it('says what the operator has seen, and under which key', async () => {
    edge.plays(refuses(412, 'saga-moved'));
    const order = admin().retry('s-1', 'again', { seq: 7, idempotencyKey: 'k-1' });
    await expect(order).rejects.toMatchObject({ code: 'saga-moved', status: 412, attempts: 1 });
    expect(edge.seen[0]!.headers).toMatchObject({ 'if-match': '"7"', 'idempotency-key': 'k-1' });
  });
});

type Asked = readonly [what: string, call: (admin: Admin) => Promise<unknown>, line: string, body?: unknown];

const ID = 'f7/1';
const ASKED: readonly Asked[] = [
  ['skip', (a) => a.skip('s', { step: 'b' }, 'why'), 'POST /v1/admin/sagas/s/skip', { step: 'b', reason: 'why' }],
  [
    'skip with an output',
    (a) => a.skip('s', { step: 'b', output: null }, 'why'),
    'POST /v1/admin/sagas/s/skip',
    { step: 'b', output: null, reason: 'why' },
  ],
  ['compensate', (a) => a.compensate('s', 'why'), 'POST /v1/admin/sagas/s/compensate', { reason: 'why' }],
  ['cancel', (a) => a.cancel('s', 'why'), 'POST /v1/admin/sagas/s/cancel', { reason: 'why' }],
  [
    'resolve',
    (a) => a.resolve('s', 'completed', 'why'),
    'POST /v1/admin/sagas/s/resolve',
    { outcome: 'completed', reason: 'why' },
  ],
  ['pause', (a) => a.pause('s', 'why'), 'POST /v1/admin/sagas/s/pause', { reason: 'why' }],
  ['resume', (a) => a.resume('s', 'why'), 'POST /v1/admin/sagas/s/resume', { reason: 'why' }],
  [
    'rebind',
    (a) => a.rebind('s', { step: 'b', path: '/mended' }, 'why'),
    'POST /v1/admin/sagas/s/rebind',
    { step: 'b', path: '/mended', reason: 'why' },
  ],
  ['stuck', (a) => a.stuck({ definition: 'd' }), 'GET /v1/admin/stuck?definition=d'],
  [
    'keys.create',
    (a) => a.keys.create({ name: 'n', role: 'viewer' }),
    'POST /v1/admin/keys',
    { name: 'n', role: 'viewer' },
  ],
  ['keys.get', (a) => a.keys.get(ID), 'GET /v1/admin/keys/f7%2F1'],
  ['keys.revoke', (a) => a.keys.revoke(ID), 'DELETE /v1/admin/keys/f7%2F1'],
  [
    'keys.rotate',
    (a) => a.keys.rotate(ID, { expiresPreviousAfter: 1_500 }),
    'POST /v1/admin/keys/f7%2F1/rotate',
    { expiresPreviousAfter: '1500ms' },
  ],
  [
    'bulk.dryRun',
    (a) => a.bulk.dryRun({ filter: { tags: { a: 'b' } }, action: 'retry', reason: 'why' }),
    'POST /v1/admin/bulk',
    { filter: { tags: { a: 'b' } }, action: 'retry', reason: 'why', dryRun: true },
  ],
  [
    'bulk.start',
    (a) => a.bulk.start({ filter: { all: true }, action: 'pause', reason: 'why', canary: 1 }),
    'POST /v1/admin/bulk',
    { filter: { all: true }, action: 'pause', reason: 'why', canary: 1 },
  ],
  ['bulk.get', (a) => a.bulk.get(ID), 'GET /v1/admin/bulk/f7%2F1'],
  ['bulk.pause', (a) => a.bulk.pause(ID, 'why'), 'POST /v1/admin/bulk/f7%2F1/pause', { reason: 'why' }],
  ['bulk.resume', (a) => a.bulk.resume(ID, 'why'), 'POST /v1/admin/bulk/f7%2F1/resume', { reason: 'why' }],
  ['bulk.cancel', (a) => a.bulk.cancel(ID, 'why'), 'POST /v1/admin/bulk/f7%2F1/cancel', { reason: 'why' }],
  ['webhooks.get', (a) => a.webhooks.get(ID), 'GET /v1/admin/webhooks/f7%2F1'],
  ['webhooks.delete', (a) => a.webhooks.delete(ID), 'DELETE /v1/admin/webhooks/f7%2F1'],
  ['webhooks.rotateSecret', (a) => a.webhooks.rotateSecret(ID), 'POST /v1/admin/webhooks/f7%2F1/rotate-secret'],
  ['webhooks.enable', (a) => a.webhooks.enable(ID), 'POST /v1/admin/webhooks/f7%2F1/enable'],
  ['webhooks.test', (a) => a.webhooks.test(ID), 'POST /v1/admin/webhooks/f7%2F1/test'],
  [
    'webhooks.replay',
    (a) => a.webhooks.replay(ID, { from: new Date(0) }),
    'POST /v1/admin/webhooks/f7%2F1/replay',
    { from: '1970-01-01T00:00:00.000Z' },
  ],
  [
    'webhooks.put',
    (a) => a.webhooks.put(ID, { name: 'n', url: 'https://a' }),
    'PUT /v1/admin/webhooks/f7%2F1',
    { name: 'n', url: 'https://a' },
  ],
];

describe('what an operator asks', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const client = () => new SkaldClient({ baseUrl: edge.url, retries: 0 });

  it.each(ASKED.map((asked) => ({ what: asked[0], asked })))(
    '$what goes where the contract says',
    async ({ asked }) => {
      const [, call, line, body] = asked;
      edge.plays(answers(200, { items: [] }));
      await call(client().admin);
      expect(edge.lines).toEqual([line]);
      const sent = edge.seen[0]!.body;
      expect(sent === '' ? undefined : JSON.parse(sent)).toEqual(body);
    },
  );

  it('reads lists page by page', async () => {
    const { admin, sagas } = client();
    const lists: readonly (readonly [AsyncGenerator, string])[] = [
      [admin.audit({ action: 'saga.retry' }, { pageSize: 1 }), '/v1/admin/audit?action=saga.retry&limit=1'],
      [admin.keys.list({ pageSize: 1 }), '/v1/admin/keys?limit=1'],
      [admin.bulk.list({ pageSize: 1 }), '/v1/admin/bulk?limit=1'],
      [admin.bulk.items('b', { outcome: 'failed', pageSize: 1 }), '/v1/admin/bulk/b/items?outcome=failed&limit=1'],
      [admin.webhooks.list({ pageSize: 1 }), '/v1/admin/webhooks?limit=1'],
      [
        admin.webhooks.deliveries('w', { status: 'failed', pageSize: 1 }),
        '/v1/admin/webhooks/w/deliveries?status=failed&limit=1',
      ],
      [sagas.attempts('s', { pageSize: 1 }), '/v1/sagas/s/attempts?limit=1'],
    ];
    for (const [list, path] of lists) {
      edge.plays(answers(200, { items: [1], nextCursor: 'n' }), answers(200, { items: [2] }));
      const items: unknown[] = [];
      for await (const item of list) items.push(item);
      expect(items).toEqual([1, 2]);
      expect(edge.lines).toEqual([`GET ${path}`, `GET ${path}&cursor=n`]);
    }
  });

  it('exports the audit trail row by row, and a broken export is an error', async () => {
    const rows = async () => {
      const found: unknown[] = [];
      for await (const { action } of client().admin.exportAudit({ saga: 's' })) found.push(action);
      return found;
    };
    edge.plays(streams('{"action":"a"}\n{"action":"b"}\n'));
    expect(await rows()).toEqual(['a', 'b']);
    expect(edge.lines).toEqual(['GET /v1/admin/audit?saga=s']);
    expect(edge.seen[0]!.headers.accept).toBe('application/x-ndjson');
    edge.plays(streams('{"action":"a"}\n', 'cut'));
    await expect(rows()).rejects.toMatchObject({ code: 'connection-lost' });
    edge.plays(streams('{"action":"a"}\n{"acti'));
    await expect(rows()).rejects.toMatchObject({ code: 'unreadable-answer' });
  });

  it('never makes a second key because an answer was lost', async () => {
    edge.plays(cuts);
    const patient = new SkaldClient({ baseUrl: edge.url }).admin;
    await expect(patient.keys.create({ name: 'n', role: 'admin' })).rejects.toMatchObject({ attempts: 1 });
    await expect(patient.keys.rotate(ID)).rejects.toMatchObject({ attempts: 1 });
    await expect(patient.webhooks.create({ name: 'n', url: 'https://a' })).rejects.toMatchObject({ attempts: 1 });
  });
});
