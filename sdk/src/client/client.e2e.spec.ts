import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { ParticipantProcess } from '../../../test/support/participant-process.js';
import { SkaldProcess } from '../../../test/support/skald-process.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { eventually } from '../../../test/support/waiting.js';
import { step } from '../../../test/support/workloads.js';
import { saga } from '../definition/saga.js';
import { typed } from '../standard-schema.js';
import { callback } from './callback.js';
import { SkaldClient } from './client.js';
import type { JournalEntry } from './journal-entry.js';

jest.setTimeout(120_000);

/** Every method, once, against a server that runs. Between them stands a network that can fail. */
describe('a client and a server', () => {
  let database: FreshDatabase;
  let server: SkaldProcess;
  let participants: ParticipantProcess;
  let network: TcpProxy;
  let skald: SkaldClient;

  beforeAll(async () => {
    [database, participants] = await Promise.all([freshDatabase(), ParticipantProcess.start()]);
    server = await SkaldProcess.start({
      DATABASE_URL: database.url,
      SKALD_API_KEYS: 'admin:s3cret-of-the-admin,viewer:s3cret-of-the-viewer',
      SKALD_ALLOWED_TARGETS: '127.0.0.0/8',
      SKALD_SWEEP_INTERVAL: '500ms',
    });
    const { hostname, port } = new URL(server.api.url);
    network = await TcpProxy.start({ host: hostname, port: Number(port) });
    skald = new SkaldClient({ baseUrl: `http://127.0.0.1:${network.address.port}`, apiKey: 's3cret-of-the-admin' });
    await skald.participants.put('ledger', { endpoints: [{ url: participants.endpoint('ledger') }] });
    await skald.definitions.put({ name: 'order', steps: [step('reserve'), step('charge')] });
  });
  afterAll(async () => {
    await network.refuse();
    await server.dispose();
    await participants.stop();
    await database.drop();
  });

  const all = async <T>(items: AsyncIterable<T>) => {
    const seen: T[] = [];
    for await (const item of items) seen.push(item);
    return seen;
  };
  const rejected = { behave: { charge: { action: { status: 409 } } } };
  const slow = { behave: { charge: { action: { delay: 600 } } } };

  it('know how the server is, and who may ask', async () => {
    expect(await skald.health()).toMatchObject({ status: 'ready', checks: { postgres: 'ok' } });
    const stats = await skald.admin.stats();
    expect(Object.keys(stats).sort()).toEqual(['driving', 'dueBacklog', 'oldestDueAge', 'open', 'queue']);
    const shown = [
      'backend',
      'dropped',
      'hints',
      'rebuilds',
      'taken',
      'taking',
      'undelivered',
      'unsent',
      'up',
      'woken',
    ];
    expect(Object.keys(stats.queue).sort()).toEqual(shown);
    const viewer = new SkaldClient({ baseUrl: server.api.url, apiKey: 's3cret-of-the-viewer' });
    await expect(viewer.admin.stats()).rejects.toMatchObject({ code: 'forbidden', status: 403 });
  });

  it('show how participants fare, and force a breaker', async () => {
    const [ledger, ...more] = await skald.admin.participants();
    expect(more).toEqual([]);
    expect(Object.keys(ledger!).sort()).toEqual(
      ['breaker', 'bulkhead', 'degraded', 'endpoints', 'inFlight', 'name', 'order', 'processes', 'rateLimit'].concat(
        ...['retryBudget', 'shaping'],
      ),
    );
    const forced = await skald.admin.setBreaker('ledger', 'forced-open', 'drill');
    expect(forced).toMatchObject({ name: 'ledger', breaker: { state: 'forced-open' } });
    expect(forced.order).toMatchObject({ state: 'forced-open', by: 'env:admin', reason: 'drill' });
    expect((await skald.admin.participants())[0]!.order).toEqual(forced.order);
    expect(await skald.admin.setBreaker('ledger', 'auto', 'over')).toMatchObject({ order: null });
    const unknown = skald.admin.setBreaker('nobody', 'auto', 'drill');
    await expect(unknown).rejects.toMatchObject({ code: 'unknown-participant', status: 404 });
  });

  it('keep definitions, by content, in JSON and in YAML', async () => {
    const nap = { name: 'nap', steps: [{ name: 'nap', sleep: '10ms' }] };
    const built = { name: 'nap', toJSON: () => nap };
    expect(await skald.definitions.put(built)).toMatchObject({ ...nap, version: 1 });
    expect((await skald.definitions.put('name: nap\nsteps:\n  - name: nap\n    sleep: 10ms\n')).version).toBe(1);
    expect((await skald.definitions.put('name: nap\nsteps:\n  - name: nap\n    sleep: 20ms\n')).version).toBe(2);
    expect((await skald.definitions.get('nap')).version).toBe(2);
    expect(await skald.definitions.get('nap', 1)).toMatchObject(nap);
    expect((await all(skald.definitions.list({ pageSize: 1 }))).map(({ name }) => name).sort()).toEqual([
      'nap',
      'order',
    ]);
    const broken = skald.definitions.put({ name: 'nap', steps: [{ name: 'nap', sleep: 'long' }] });
    await expect(broken).rejects.toMatchObject({ code: 'invalid-definition', errors: [{ pointer: '/steps/0/sleep' }] });
  });

  it('keep participants', async () => {
    const endpoints = [{ url: participants.endpoint('mail') }];
    const stored = await skald.participants.put('mail', { endpoints, timeout: { total: '2s' }, signing: null });
    expect(stored).toEqual({ name: 'mail', endpoints, timeout: { connect: '1s', total: '2s' }, signing: null });
    expect(await skald.participants.get('mail')).toEqual(stored);
    expect((await all(skald.participants.list())).map(({ name }) => name)).toEqual(['ledger', 'mail']);
    await skald.participants.delete('mail');
    await expect(skald.participants.get('mail')).rejects.toMatchObject({ code: 'unknown-participant' });
  });

  it('start a saga and see it end, with all that goes along', async () => {
    const started = await skald.sagas.start(
      'order',
      { sku: 'A-1' },
      { wait: '10s', businessKey: 'o-1', tags: { shop: 'north' } },
    );
    expect(started).toMatchObject({
      status: 'completed',
      businessKey: 'o-1',
      tags: { shop: 'north' },
      input: { sku: 'A-1' },
    });
    expect(await skald.sagas.get(started.id)).toEqual(started);
    const consistency = { synced: true, pending: [], failed: [] };
    expect(await skald.sagas.get(started.id, { synced: '2s' })).toEqual({ ...started, consistency });
    expect(await all(skald.sagas.list({ businessKey: 'o-1', tags: { shop: 'north' }, status: 'completed' }))).toEqual([
      started,
    ]);
    expect(await all(skald.sagas.list({ startedBefore: new Date(started.startedAt) }))).toEqual([]);
    const built = saga<{ sku: string }>('built')
      .pivot('ship', { participant: 'ledger', action: { path: '/ship', output: typed<{ id: string }>() } })
      .output(({ steps }) => ({ shipment: steps.ship.output.id }))
      .build();
    const run = await skald.sagas.start(await skald.definitions.put(built), { sku: 'A-1' }, { wait: '10s' });
    expect(run.output?.shipment).toMatch(/^ship-/);
    const again = { idempotencyKey: 'once', version: 1 };
    const [one, two] = [await skald.sagas.start('order', {}, again), await skald.sagas.start('order', {}, again)];
    expect(one.id).toBe(two.id);
  });

  it('start one saga when the answer to its start is lost', async () => {
    network.loseAnswersTo('POST /v1/sagas', 2);
    const { id: only } = await skald.sagas.start('order', {}, { businessKey: 'lost-answer', wait: '10s' });
    expect(network.lost).toBe(2);
    expect((await all(skald.sagas.list({ businessKey: 'lost-answer' }))).map(({ id }) => id)).toEqual([only]);
  });

  it('start many sagas, each for itself, and each once', async () => {
    network.loseAnswersTo('POST /v1/sagas/batch', 1);
    const results = await skald.sagas.startBatch([
      { definition: 'order', businessKey: 'batch' },
      { definition: 'nope' },
      { definition: { name: 'order', version: 1 }, input: { sku: 'B-1' }, businessKey: 'batch' },
    ]);
    expect(results.map(({ status }) => status)).toEqual([202, 404, 202]);
    expect(results.map(({ problem }) => problem?.code)).toEqual([undefined, 'unknown-definition', undefined]);
    const found = await all(skald.sagas.list({ businessKey: 'batch' }, { pageSize: 1 }));
    expect(found.map(({ id }) => id).sort()).toEqual([results[0]!.saga!.id, results[2]!.saga!.id].sort());
  });

  it('follow a saga entry by entry while the connection is lost again and again', async () => {
    const { id } = await skald.sagas.start('order', slow);
    const seen: JournalEntry[] = [];
    for await (const entry of skald.sagas.watch(id)) {
      seen.push(entry);
      network.cut();
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(await skald.sagas.events(id));
    expect(await skald.sagas.events(id, { after: 1 })).toEqual(seen.slice(1));
    expect(await all(skald.sagas.watch(id, { after: 2 }))).toEqual(seen.slice(2));
    expect(await all(skald.sagas.watch(id, { after: seen.length }))).toEqual([]);
  });

  it('wait for the end of a saga', async () => {
    const { id } = await skald.sagas.start('order', rejected);
    expect(await skald.sagas.wait(id)).toMatchObject({ status: 'compensated', reason: { code: 'step-rejected' } });
    const napping = await skald.definitions.put({ name: 'long-nap', steps: [{ name: 'nap', sleep: '1h' }] });
    const { id: other } = await skald.sagas.start(napping, {}, { wait: '300ms' });
    expect((await skald.sagas.wait(other, { timeout: '100ms' })).status).toBe('running');
    const cancelled = await skald.sagas.cancel(other, 'had enough');
    expect(cancelled.reason).toEqual({ code: 'cancelled', message: 'had enough' });
    expect((await skald.sagas.wait(other)).status).toBe('compensated');
    await expect(skald.sagas.cancel(other, 'again')).rejects.toMatchObject({ code: 'already-final', attempts: 1 });
  });

  it.each(['approved', { by: 'Ada' }, null, false])('send the signal %j', async (body) => {
    const waiting = await skald.definitions.put({ name: 'approval', steps: [{ name: 'approval', signal: 'ok' }] });
    const { id } = await skald.sagas.start(waiting, {});
    await skald.sagas.signal(id, 'ok', body);
    expect((await skald.sagas.wait(id)).steps[0]).toMatchObject({ status: 'succeeded', output: body });
  });

  it('tell the result of what was accepted, once and for all', async () => {
    const accepted = { behave: { charge: { action: { status: 202 } } } };
    const { id } = await skald.sagas.start('order', accepted);
    const callbackUrl = (saga: string) =>
      eventually('charge was called', async () => {
        return (await participants.ledger(saga)).calls.find((call) => call.step === 'charge')?.callbackUrl;
      });
    const url = await callbackUrl(id);
    const handle = callback<{ charge: string }>(url);
    expect(await handle.succeed({ charge: 'ch-1' })).toBe(true);
    expect(await handle.succeed({ charge: 'ch-1' })).toBe(true);
    expect(await handle.reject('too late')).toBe(false);
    expect((await skald.sagas.wait(id)).steps[1]).toMatchObject({ status: 'succeeded', output: { charge: 'ch-1' } });
    await expect(callback(`${url}x`).succeed(null)).rejects.toMatchObject({ code: 'unknown-callback' });

    const { id: other } = await skald.sagas.start('order', accepted);
    expect(await skald.callback(await callbackUrl(other)).reject('no'.repeat(5_000))).toBe(true);
    expect((await skald.sagas.wait(other)).status).toBe('compensated');
  });

  it('outlive a restart of the server', async () => {
    const patient = new SkaldClient({ baseUrl: server.api.url, apiKey: 's3cret-of-the-admin', timeout: '90s' });
    const { id } = await patient.sagas.start('order', slow);
    const waiting = patient.sagas.wait(id);
    await server.kill();
    const asking = patient.sagas.get(id);
    await server.restart();
    expect((await asking).id).toBe(id);
    expect((await waiting).status).toBe('completed');
  });

  it('have a saga tried again at once, if nobody has moved it since', async () => {
    const patient = step('pay', {
      retry: { maxAttempts: 2, initialInterval: '1h', maxInterval: '1h', jitter: 'none' },
    });
    await skald.definitions.put({ name: 'patient', steps: [patient] });
    const behave = { pay: { action: { sequence: [{ status: 503 }, {}] } } };
    const { id } = await skald.sagas.start('patient', { behave });
    for await (const { facts } of skald.sagas.watch(id)) if (facts.some(({ type }) => type === 'attempt-failed')) break;
    const { seq, steps } = await skald.sagas.get(id);
    expect(steps[0]!.waitingFor).toEqual({ what: 'retry', until: steps[0]!.nextAttemptAt });
    await expect(skald.admin.retry(id, 'too late', { seq: seq - 1 })).rejects.toMatchObject({ code: 'saga-moved' });
    expect(await skald.admin.retry(id, 'it is back', { seq })).toMatchObject({ id, status: 'running' });
    expect(await skald.sagas.wait(id)).toMatchObject({ status: 'completed', steps: [{ attempts: { action: 2 } }] });
    await expect(skald.admin.retry(id, 'once more')).rejects.toMatchObject({ code: 'already-final' });
  });
});
