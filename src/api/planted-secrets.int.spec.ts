import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freshDatabase, type FreshDatabase } from '../../test/support/database.js';
import { freePort } from '../../test/support/ports.js';
import { SkaldApi, type Answer } from '../../test/support/skald-api.js';
import { eventually } from '../../test/support/waiting.js';
import { createLog } from '../config/log.js';
import { readConfig } from '../config/read-config.js';
import { startServer, type Server } from '../server.js';

jest.setTimeout(60_000);

const KEYS = {
  viewer: 'viewer-planted-key-0123456789',
  submitter: 'submitter-planted-key-0123456789',
  operator: 'operator-planted-key-0123456789',
  admin: 'admin-planted-key-0123456789',
};
const SIGNING = 'planted-signing-secret-0123456789';
const CARD = '4111-2222-3333-4444';
const PIN = 90_210_477;
const TOKEN = 'tok_"planted"_Zx81';
const DIAGNOSIS = 'planted diagnosis: hay fever';
const PASSWORD = 'planted-password-5533';

/** What nobody may find who is no operator, in whatever form it travels. */
const DATA = [CARD, String(PIN), TOKEN, DIAGNOSIS, PASSWORD];
const CREDENTIALS = [...Object.values(KEYS), SIGNING];
const formsOf = (text: string) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)];

const as = (role: keyof typeof KEYS) => ({ authorization: `Bearer ${KEYS[role]}` });

const definition = {
  name: 'secretive',
  sensitive: ['/card', '/guests/*/pin'],
  steps: [
    {
      ...{ name: 'pay', participant: 'shop', sensitive: ['/token'], retry: { initialInterval: '1ms', maxAttempts: 3 } },
      ...{ action: { path: "{% '/pay/' & input.order %}" }, compensation: { path: '/refund' } },
      compensationRetry: { maxAttempts: 1 },
    },
    { name: 'consent', signal: 'consented', sensitive: ['/password'] },
    {
      ...{ name: 'treat', participant: 'shop', sensitive: ['/diagnosis'] },
      ...{ action: { path: '/treat' }, compensation: { path: '/untreat' } },
      compensationRetry: { maxAttempts: 1 },
    },
    { name: 'ship', participant: 'shop', action: { path: '/ship' }, compensation: 'none' },
  ],
  output: '{% input %}',
};

describe('a planted secret', () => {
  let database: FreshDatabase;
  let server: Server;
  let api: SkaldApi;
  let shop: HttpServer;
  let saga: string;
  const log: string[] = [];
  const calls: string[] = [];

  /** A participant that tells everybody everything it has heard. */
  const gossip = (path: string, body: string, callback: string): { status: number; said: object } => {
    const echo = { detail: `${CARD} of ${TOKEN} and ${PIN}`, heard: body, password: PASSWORD, diagnosis: DIAGNOSIS };
    if (path.startsWith('/pay')) {
      const isFirst = calls.filter((call) => call.startsWith('/pay')).length === 1;
      return isFirst
        ? { status: 500, said: echo }
        : { status: 200, said: { ...echo, token: TOKEN, note: `paid by ${CARD}` } };
    }
    if (path === '/treat') {
      void api.request('POST', new URL(callback).pathname, {
        status: 'succeeded',
        output: { diagnosis: DIAGNOSIS, note: `${CARD}: ${DIAGNOSIS}` },
      });
      return { status: 202, said: {} };
    }
    return { status: path === '/ship' ? 409 : 422, said: echo };
  };

  beforeAll(async () => {
    database = await freshDatabase();
    shop = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        calls.push(request.url!);
        const { status, said } = gossip(request.url!, body, String(request.headers['skald-callback-url']));
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
      });
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_ALLOWED_TARGETS: '127.0.0.0/8',
      SKALD_API_KEYS: Object.entries(KEYS)
        .map(([role, secret]) => `${role}:${secret}`)
        .join(','),
    });
    const lines = { write: (line: string) => void log.push(line) };
    server = await startServer(config, createLog({ logLevel: 'debug', logFormat: 'json' }, lines), database.url);
    api = new SkaldApi(server.url);
    const { port } = shop.address() as AddressInfo;
    const participant = { endpoints: [`http://127.0.0.1:${port}`], signing: { secret: SIGNING } };
    expect((await api.request('PUT', '/v1/participants/shop', participant, as('admin'))).status).toBe(201);
    expect((await api.request('POST', '/v1/definitions', definition, as('admin'))).status).toBe(201);
    saga = await live();
  });
  afterAll(async () => {
    await server.stop();
    await new Promise((resolve) => shop.close(resolve));
    await database.drop();
  });

  /** One life with everything in it: an attempt that failed, a signal, a callback, a turn, compensations that are refused. */
  async function live(): Promise<string> {
    const start = {
      definition: 'secretive',
      input: { order: 'A-1', card: CARD, guests: [{ name: 'Anna', pin: PIN }], free: `my card is ${CARD}` },
      businessKey: `order of ${CARD}`,
      tags: { by: CARD },
    };
    const started = await api.request('POST', '/v1/sagas', start, as('submitter'));
    expect(started.status).toBe(202);
    expectNone(started, 'the answer to the start');
    const { id } = started.body as { id: string };
    const signal = { password: PASSWORD, note: `${PASSWORD} is my password` };
    const signalled = await api.request('POST', `/v1/sagas/${id}/signals/consented`, signal, as('submitter'));
    expect(signalled.status).toBe(202);
    expectNone(signalled, 'the answer to the signal');
    await statusIs(id, 'stuck');
    const order = { reason: `${CARD} was charged twice; ${PASSWORD}` };
    expect((await api.request('POST', `/v1/admin/sagas/${id}/retry`, order, as('operator'))).status).toBe(200);
    await statusIs(id, 'stuck');
    return id;
  }

  const statusIs = (id: string, status: string) =>
    eventually(`the saga is ${status}`, async () => {
      const { body } = await api.request('GET', `/v1/sagas/${id}`, undefined, as('operator'));
      return (body as { status: string }).status === status;
    });

  function expectNone(
    answer: Answer | string,
    where: string,
    secrets: readonly string[] = [...DATA, ...CREDENTIALS],
  ): void {
    const text = typeof answer === 'string' ? answer : JSON.stringify([answer.body, [...answer.headers]]);
    for (const secret of secrets) {
      for (const form of formsOf(secret)) if (text.includes(form)) throw new Error(`${secret} is in ${where}: ${text}`);
    }
  }

  /** Every path that can be read, as it is published, with the saga's own values in place of its parameters. */
  async function readable(): Promise<string[]> {
    const { body } = await api.request('GET', '/openapi.json');
    const values: Record<string, string> = { id: saga, version: '1', name: 'secretive' };
    return Object.entries(body.paths as Record<string, object>)
      .filter(([, methods]) => 'get' in methods)
      .map(([path]) => path.replace(/^(\/v1\/participants\/)\{name\}/, '$1shop'))
      .map((path) => path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x'));
  }

  it('is there to be found: operators see the data, and the participant got it', async () => {
    const { body } = await api.request('GET', `/v1/sagas/${saga}`, undefined, as('operator'));
    const { body: journal } = await api.request('GET', `/v1/sagas/${saga}/events`, undefined, as('operator'));
    const text = JSON.stringify([body, journal]);
    for (const secret of DATA) expect(text).toContain(JSON.stringify(secret).slice(1, -1));
    expect(body.input).toMatchObject({ card: CARD, guests: [{ pin: PIN }] });
  });

  it.each(['viewer', 'submitter'] as const)('is on no page that a %s can read', async (role) => {
    const paths = await readable();
    expect(paths).toContain(`/v1/sagas/${saga}/attempts`);
    expect(paths).toContain(`/v1/sagas/${saga}/events`);
    const read: string[] = [];
    for (const path of paths) {
      const answer = await api.request('GET', path, undefined, as(role));
      expectNone(answer, path);
      if (answer.status === 200) read.push(path);
    }
    const [{ input }] = (await api.request('GET', '/v1/sagas', undefined, as(role))).body.items as [{ input: unknown }];
    expect(input).toEqual({
      order: 'A-1',
      card: '[redacted]',
      guests: [{ name: 'Anna', pin: '[redacted]' }],
      free: 'my card is [redacted]',
    });
    expect(read).toEqual(
      expect.arrayContaining(['/v1/sagas', `/v1/sagas/${saga}`, '/v1/participants/shop', '/metrics']),
    );
  });

  it('is in no live stream', async () => {
    const leaving = new AbortController();
    const headers = { ...as('viewer'), accept: 'text/event-stream' };
    const answer = await fetch(`${server.url}/v1/sagas/${saga}/events`, { headers, signal: leaving.signal });
    let text = '';
    for await (const chunk of answer.body!) {
      text += new TextDecoder().decode(chunk as Uint8Array);
      if (text.includes('order-taken') && text.split('step-stuck').length > 2) break;
    }
    leaving.abort();
    expectNone(text, 'the stream');
    expect(text).toContain('[redacted]');
  });

  it('is in no message, group or trail, not even for operators; and no credential is anywhere', async () => {
    const stuck = await api.request('GET', '/v1/admin/stuck', undefined, as('operator'));
    expect(stuck.body.items).toMatchObject([{ definition: 'secretive', step: 'treat', count: 1, sample: saga }]);
    expectNone(stuck, 'the stuck groups');
    const attempts = await api.request('GET', `/v1/sagas/${saga}/attempts`, undefined, as('operator'));
    expect(attempts.body.items[0]).toMatchObject({ step: 'pay', status: 500, outcome: 'in-doubt', attempt: 1 });
    expect(attempts.body.items[0].excerpt).toContain('[redacted]');
    expectNone(attempts, 'the attempts');
    const audit = await api.request('GET', `/v1/admin/audit?saga=${saga}`, undefined, as('operator'));
    expect(audit.body.items).toHaveLength(1);
    expectNone(audit, 'the audit trail');
    for (const path of await readable()) {
      for (const role of ['operator', 'admin'] as const) {
        expectNone(await api.request('GET', path, undefined, as(role)), path, CREDENTIALS);
      }
    }
  });

  it('is in no problem that a bad request gets', async () => {
    const bodies = [
      `{"definition":"secretive","input":{"card":"${CARD}",`,
      `{"card":"${CARD}" oops}`,
      CARD,
      JSON.stringify({ definition: CARD, input: CARD, version: PASSWORD }),
      '{"definition":"secretive","input":{"pin":9021047790210477902104779021}}',
    ];
    for (const body of bodies) {
      const answer = await api.request('POST', '/v1/sagas', body, as('submitter'));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expectNone(answer, `the problem of ${body}`);
      expect(JSON.stringify(answer.body)).not.toContain('90210477');
    }
    const stranger = await api.request('GET', '/v1/sagas', undefined, { authorization: `Bearer ${PASSWORD}` });
    expect(stranger.status).toBe(401);
    expectNone(stranger, 'the answer to a stranger');
    const cancelled = await api.request('POST', `/v1/sagas/${saga}/cancel`, { reason: CARD }, as('submitter'));
    expectNone(cancelled, 'the answer to a cancel');
  });

  it('is not in the log', () => {
    expect(log.length).toBeGreaterThan(0);
    expectNone(log.join(''), 'the log');
  });
});
