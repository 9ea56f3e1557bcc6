import { freshDatabase, type FreshDatabase } from '../support/database.js';
import { redisUrl } from '../support/services.js';
import type { SkaldApi } from '../support/skald-api.js';
import { SkaldProcess } from '../support/skald-process.js';
import { eventually } from '../support/waiting.js';
import { Refunds } from './refunds.js';

/** Generous: the machine may be busy with others. */
jest.setTimeout(300_000);
const PATIENCE = 150_000;

const SAGAS = 1_000;

/** The address of its refunds has a typing error. */
const DEFINITION = {
  name: 'order',
  steps: [
    { name: 'charge', participant: 'bank', action: { path: '/charge' }, compensation: { path: '/charge/undu' } },
    { name: 'ship', participant: 'bank', kind: 'pivot', action: { path: '/ship' } },
  ],
};

interface Operation {
  readonly id: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly stopReason: string | null;
}

describe('a thousand sagas that are stuck at a wrong address', () => {
  let database: FreshDatabase;
  let refunds: Refunds;
  let server: SkaldProcess;
  let api: SkaldApi;
  let group: { fingerprint: string; count: number };
  let mended: Operation;

  beforeAll(async () => {
    database = await freshDatabase();
    refunds = await Refunds.open();
    const redis = redisUrl();
    server = await SkaldProcess.start({
      ...{ DATABASE_URL: database.url, SKALD_LEASE: '2s', SKALD_SWEEP_INTERVAL: '500ms' },
      ...(redis !== null && { REDIS_URL: `${redis}/9` }),
    });
    api = server.api;
    await api.putParticipant('bank', refunds.url);
    await api.postDefinition(DEFINITION);
    const items = Array.from({ length: SAGAS }, () => ({ definition: 'order', input: {} }));
    expect((await api.post('/v1/sagas/batch', { items })).status).toBe(200);
    await eventually(
      'all of them to be stuck',
      async () => (await api.get('/v1/admin/stats')).body.open.stuck === SAGAS,
      PATIENCE,
    );
  });

  afterAll(async () => {
    await server.dispose();
    refunds.close();
    await database.drop();
  });

  const rebind = (path: string, more: object = {}, key?: string) =>
    api.post(
      '/v1/admin/bulk',
      {
        filter: { definition: 'order', status: 'stuck', step: 'charge' },
        ...{ action: 'rebind', params: { step: 'charge', path }, reason: 'a typing error in the definition' },
        ...more,
      },
      key === undefined ? {} : { 'idempotency-key': key },
    );

  const operation = async (id: string): Promise<Operation> => (await api.get(`/v1/admin/bulk/${id}`)).body;
  const isOver = async (id: string): Promise<Operation | false> => {
    const it = await operation(id);
    return it.status !== 'running' && it.counts['pending'] === 0 && it;
  };
  const auditOf = async (query: string): Promise<{ action: string; saga: string | null; reason: string }[]> => {
    const answer = await api.get(`/v1/admin/audit?${query}`, { accept: 'application/x-ndjson' });
    return (answer.body as string)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };

  it('are one group', async () => {
    const { items } = (await api.get('/v1/admin/stuck')).body;
    expect(items).toMatchObject([
      { definition: 'order', step: 'charge', operation: 'compensation', code: 'http-405', count: SAGAS },
    ]);
    group = items[0];
  });

  it('are counted exactly by a dry run, which changes nothing', async () => {
    const answer = await rebind('/charge/undo', { dryRun: true, filter: { error: group.fingerprint } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ...{ dryRun: true, count: SAGAS, judged: SAGAS, refusals: [] },
        groups: [{ definition: 'order', status: 'stuck', step: 'charge', count: SAGAS }],
      },
    });
    expect(answer.body.sample).toHaveLength(10);
    expect((await api.get('/v1/admin/stats')).body.open).toEqual({ stuck: SAGAS });
    expect((await auditOf('action=bulk.*')).map(({ action }) => action)).toEqual(['bulk.dry-run']);
  });

  it('are left alone after five of them when the new address is wrong too', async () => {
    const { status, body } = await rebind('/charge/undoo');
    expect(status).toBe(202);
    const stopped = await eventually('the canaries to fail', () => isOver(body.id), PATIENCE);
    expect(stopped).toMatchObject({
      status: 'stopped',
      stopReason: expect.stringContaining('5 of 5'),
      counts: { selected: SAGAS, ordered: 5, failed: 5, succeeded: 0, waiting: SAGAS - 5 },
    });
    const failed = (await api.get(`/v1/admin/bulk/${body.id}/items?outcome=failed`)).body.items;
    expect(failed).toHaveLength(5);
    expect(failed[0]).toMatchObject({ code: 'http-405', status: 'stuck', fingerprint: expect.any(String) });
    expect(await auditOf(`action=saga.rebind&actor=bulk:${body.id}`)).toHaveLength(5);
    expect(refunds.astray).toBe(SAGAS + 5);
  });

  it('are all mended by one order to rebind them, although the server is killed in the middle of it', async () => {
    const { body } = await rebind('/charge/undo', { ratePerSecond: 300 }, 'mend-them');
    await eventually(
      'some of them to be mended',
      async () => (await operation(body.id)).counts['succeeded']! >= 200,
      PATIENCE,
    );
    await server.kill();
    await server.restart();
    mended = await eventually('the operation to end', () => isOver(body.id), PATIENCE);
    expect(mended).toMatchObject({
      status: 'completed',
      counts: { selected: SAGAS, ordered: SAGAS, succeeded: SAGAS, failed: 0, refused: 0, undecided: 0, waiting: 0 },
    });
    const again = await rebind('/charge/undo', { ratePerSecond: 300 }, 'mend-them');
    expect(again.body.id).toBe(body.id);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await rebind('/charge/undo', {}, 'mend-them')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('are all undone, each exactly once', async () => {
    await eventually(
      'all of them to end',
      async () => Object.keys((await api.get('/v1/admin/stats')).body.open).length === 0,
      PATIENCE,
    );
    expect(await api.list('/v1/sagas', 'status=compensated')).toHaveLength(SAGAS);
    expect(refunds.undone.size).toBe(SAGAS);
    expect(new Set(refunds.undone.values())).toEqual(new Set([1]));
    expect(refunds.astray).toBe(SAGAS + 5);
  });

  it('have each one row in the audit trail, and its chain is whole', async () => {
    const rows = await auditOf(`action=saga.rebind&actor=bulk:${mended.id}`);
    expect(rows).toHaveLength(SAGAS);
    expect(new Set(rows.map(({ saga }) => saga)).size).toBe(SAGAS);
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(['a typing error in the definition']));
    expect((await auditOf('action=bulk.*')).map(({ action }) => action)).toEqual([
      ...['bulk.dry-run', 'bulk.start', 'bulk.stop', 'bulk.start', 'bulk.complete'],
    ]);
    expect((await api.get('/v1/admin/audit/verification')).body).toMatchObject({ intact: true });
  });
});
