import { Webhook } from 'standardwebhooks';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';
import { SkaldApi } from '../../../test/support/skald-api.js';
import { eventually } from '../../../test/support/waiting.js';
import { Receiver, signatureOf } from '../../../test/webhooks/receiver.js';
import { createLog } from '../../config/log.js';
import { readConfig } from '../../config/read-config.js';
import { startServer, type Server } from '../../server.js';

jest.setTimeout(60_000);

const NAP = { name: 'nap', steps: [{ name: 'rest', sleep: '10ms' }] };
const WAITING = { name: 'waiting', steps: [{ name: 'go', signal: 'go' }] };

describe('webhooks', () => {
  let database: FreshDatabase;
  let server: Server;
  let api: SkaldApi;
  let receiver: Receiver;

  beforeAll(async () => {
    database = await freshDatabase();
    const config = readConfig({ PORT: String(await freePort()), HOST: '127.0.0.1', SKALD_SWEEP_INTERVAL: '100ms' });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
    api = new SkaldApi(server.url);
    for (const definition of [NAP, WAITING]) await api.post('/v1/definitions', definition);
  });
  beforeEach(async () => {
    receiver = await Receiver.listen();
  });
  afterEach(async () => {
    const { body } = await api.get('/v1/admin/webhooks?limit=200');
    for (const { id } of body.items as { id: string }[]) await api.request('DELETE', `/v1/admin/webhooks/${id}`);
    await receiver.close();
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const subscribe = (more: object = {}) => api.post('/v1/admin/webhooks', { name: 'erp', url: receiver.url, ...more });

  it('are created with a secret that is shown once and signs every message', async () => {
    const created = await subscribe();
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/v1/admin/webhooks/${created.body.id}`);
    expect(created.headers.get('cache-control')).toBe('no-store');
    expect(created.body).toMatchObject({ name: 'erp', state: 'active', why: null, failed: 0, filter: {} });
    const { body: shown } = await api.get(`/v1/admin/webhooks/${created.body.id}`);
    expect(JSON.stringify(shown)).not.toContain('whsec_');

    await api.post('/v1/sagas', { definition: 'nap' }, { prefer: 'wait=10' });
    const arrival = await eventually('an event arrives', () => receiver.received[0]);
    const headers = arrival.headers as Record<string, string>;
    expect(new Webhook(created.body.secret as string).verify(arrival.body, headers)).toMatchObject({
      specversion: '1.0',
    });
  });

  it('are signed with both secrets after a rotation', async () => {
    const { body: created } = await subscribe();
    const rotated = await api.post(`/v1/admin/webhooks/${created.id}/rotate-secret`, { overlap: '1h' });
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).not.toBe(created.secret);
    await api.post(`/v1/admin/webhooks/${created.id}/test`, {});
    const [arrival] = receiver.arrivals;
    expect(arrival!.headers['webhook-signature']).toBe(
      `${signatureOf(rotated.body.secret as string, arrival!)} ${signatureOf(created.secret as string, arrival!)}`,
    );
    await api.post(`/v1/admin/webhooks/${created.id}/rotate-secret`, { overlap: '0s' });
    await api.post(`/v1/admin/webhooks/${created.id}/test`, {});
    expect(String(receiver.arrivals[1]!.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('can be tried out', async () => {
    const { body: created } = await subscribe();
    const well = await api.post(`/v1/admin/webhooks/${created.id}/test`, {});
    expect(well.body).toMatchObject({ delivered: true, status: 200, error: null });
    expect(receiver.arrivals[0]!.event).toMatchObject({ type: 'dev.skald.ping', data: { subscription: 'erp' } });
    await receiver.close();
    const gone = await api.post(`/v1/admin/webhooks/${created.id}/test`, {});
    expect(gone.body).toMatchObject({ delivered: false, status: null, error: expect.stringContaining('refused') });
  });

  it.each<readonly [string, object, string]>([
    ['a name that is none', { name: 'No Name' }, '/name'],
    ['a URL that is none', { url: 'nowhere' }, '/url'],
    ['another scheme', { url: 'ftp://127.0.0.1/x' }, '/url'],
    ['credentials in the URL', { url: 'http://me:secret@127.0.0.1/x' }, '/url'],
    ['a metadata address', { url: 'http://169.254.169.254/latest' }, '/url'],
    ['a metadata address in disguise', { url: 'http://[::ffff:a9fe:a9fe]/latest' }, '/url'],
    ['an address that is nobody’s', { url: 'http://0.0.0.0/x' }, '/url'],
    ['a type that does not exist', { filter: { types: ['saga.lost'] } }, '/filter/types'],
    ['an empty list', { filter: { definitions: [] } }, '/filter/definitions'],
    ['a field that does not exist', { filter: { status: 'stuck' } }, '/filter/status'],
    ['a filter that is no object', { filter: [] }, '/filter'],
  ])('are refused with %s', async (_, wrong, pointer) => {
    const refused = await subscribe(wrong);
    expect([400, 422]).toContain(refused.status);
    expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('have names of their own', async () => {
    await subscribe();
    const again = await subscribe();
    expect(again.status).toBe(409);
    expect(again.body.code).toBe('webhook-name-taken');
  });

  it('are changed, listed and deleted, and every change is in the audit trail', async () => {
    const { body: created } = await subscribe({ name: 'crm' });
    const path = `/v1/admin/webhooks/${created.id}`;
    const filter = { definitions: ['nap'], types: ['saga.ended'] };
    const changed = await api.request('PUT', path, { name: 'crm', url: receiver.url, filter });
    expect(changed.body).toMatchObject({ filter, state: 'active' });
    expect((await api.get('/v1/admin/webhooks')).body.items).toHaveLength(1);
    expect((await api.post(`${path}/replay`, { from: '2026-01-01T00:00:00Z' })).status).toBe(202);
    expect((await api.request('DELETE', path)).status).toBe(204);
    expect((await api.get(path)).body.code).toBe('unknown-webhook');
    expect((await api.get('/v1/admin/webhooks/nonsense')).status).toBe(404);
    const { body: trail } = await api.get('/v1/admin/audit?limit=200');
    const mine = (trail.items as { target: string; action: string }[]).filter(({ target }) => target === 'crm');
    expect(mine.map(({ action }) => action).sort()).toEqual([
      'webhook.create',
      'webhook.delete',
      'webhook.replace',
      'webhook.replay',
    ]);
    expect(JSON.stringify(trail)).not.toContain('whsec_');
  });

  it('let a read wait until they have everything of a saga', async () => {
    await subscribe();
    receiver.react = () => ({ delay: 300 });
    const { body: saga } = await api.post('/v1/sagas', { definition: 'waiting' });
    const hasty = await api.get(`/v1/sagas/${saga.id}?consistency=synced&timeout=0s`);
    expect(hasty.headers.get('skald-consistency')).toBe('pending');
    expect(hasty.body.consistency).toEqual({ synced: false, pending: ['erp'], failed: [] });
    const patient = await api.get(`/v1/sagas/${saga.id}?consistency=synced&timeout=30s`);
    expect(patient.headers.get('skald-consistency')).toBe('synced');
    expect(patient.body.consistency).toEqual({ synced: true, pending: [], failed: [] });
    expect(receiver.seqsOf(saga.id as string).at(-1)).toBe(patient.body.seq);
    expect((await api.get(`/v1/sagas/${saga.id}?consistency=eventual`)).status).toBe(400);
    expect((await api.get(`/v1/sagas/${saga.id}?consistency=synced&timeout=1h`)).status).toBe(400);
  });

  it('show what waits, what has arrived, and how far behind they are', async () => {
    const { body: created } = await subscribe();
    const deliveries = async (status: string) =>
      (await api.get(`/v1/admin/webhooks/${created.id}/deliveries?status=${status}`)).body.items as object[];
    const { body: first } = await api.post('/v1/sagas', { definition: 'waiting' });
    await api.get(`/v1/sagas/${first.id}?consistency=synced`);
    receiver.react = () => ({ status: 500 });
    const { body: second } = await api.post('/v1/sagas', { definition: 'waiting' });
    await eventually('an attempt has failed', () => receiver.arrivals.some(({ status }) => status === 500));
    expect(await deliveries('synced')).toMatchObject([{ saga: first.id, status: 'synced', lastStatus: 200 }]);
    await eventually('it says why', async () => {
      const [one] = (await deliveries('pending')) as { lastStatus: number | null }[];
      return one?.lastStatus === 500;
    });
    expect(await deliveries('pending')).toMatchObject([{ id: `${second.id}:1`, saga: second.id, status: 'pending' }]);
    expect(await deliveries('failed')).toEqual([]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/skald_webhook_pending\{subscription="erp"\} [1-9]/);
    expect(metrics).toMatch(/skald_webhook_lag_seconds\{subscription="erp"\} [0-9.]+/);
    expect(metrics).toMatch(/skald_webhook_deliveries_total\{subscription="erp",outcome="retried"\} [1-9]/);
    expect(metrics).not.toContain(second.id as string);
  });
});
