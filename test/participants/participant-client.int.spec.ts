import type { IncomingMessage } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { ParticipantCall } from '../../src/participants/participant-call.js';
import { ParticipantClient } from '../../src/participants/participant-client.js';
import { TargetGuard, type Resolve } from '../../src/participants/targets.js';
import { ANSWERED, callOf, openGuard, participantAt, resolvers, serve, serveRaw, type Served } from './loopback.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface Heard {
  readonly request: IncomingMessage;
  readonly body: string;
}

jest.setTimeout(30_000);

describe('a call of a participant', () => {
  const servers: Served[] = [];
  const clients: ParticipantClient[] = [];

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('carries exactly the headers of the contract', async () => {
    const { request, body } = await heardOf({
      tracestate: 'shop=1',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
    expect(request.method).toBe('POST');
    expect(request.url).toBe('/base/reservations');
    expect(body).toBe('{"sku":"A-1"}');
    const { host, 'skald-deadline': deadline, ...headers } = request.headers;
    expect(host).toBe(new URL(servers[0]!.url).host);
    expect(headers).toEqual({
      accept: 'application/json, application/problem+json',
      'accept-encoding': 'identity',
      connection: 'keep-alive',
      'content-length': '13',
      'content-type': 'application/json',
      'idempotency-key': '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/reserve/action',
      'skald-attempt': '1',
      'skald-callback-url': 'http://127.0.0.1:8080/v1/callbacks/token',
      'skald-definition': 'place-order@3',
      'skald-operation': 'action',
      'skald-saga-id': '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
      'skald-seq': '7',
      'skald-step': 'reserve',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      tracestate: 'shop=1',
      'user-agent': 'skald',
    });
    expect(deadline).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(String(deadline)) - Date.now()).toBeGreaterThan(4_000);
    expect(Date.parse(String(deadline)) - Date.now()).toBeLessThanOrEqual(5_000);
  });

  it('leaves out a trace context that is malformed', async () => {
    const { request } = await heardOf({ traceparent: 'x\r\nadmin: yes', tracestate: 'shop=1' });
    expect(request.headers).not.toHaveProperty('traceparent');
    expect(request.headers).not.toHaveProperty('tracestate');
    expect(request.headers).not.toHaveProperty('admin');
  });

  it('has no body when it is a GET', async () => {
    const { request, body } = await heardOf({ method: 'GET' });
    expect(request.method).toBe('GET');
    expect(body).toBe('');
    expect(request.headers).not.toHaveProperty('content-type');
    expect(request.headers).not.toHaveProperty('content-length');
  });

  it.each(['PUT', 'PATCH', 'DELETE'] as const)('sends its body with %s', async (method) => {
    const { request, body } = await heardOf({ method });
    expect(request.method).toBe(method);
    expect(body).toBe('{"sku":"A-1"}');
  });

  it.each([
    ['a whsec_ secret', SECRET, new Webhook(SECRET)],
    ['a plain secret', 'correct-horse-battery', new Webhook('correct-horse-battery', { format: 'raw' })],
    ['a secret in a variable', 'env:PAYMENT_SECRET', new Webhook(SECRET)],
  ])('is signed with %s so that any Standard Webhooks library can verify it', async (_, secret, webhook) => {
    const text = '{"name":"Zoë 🚲"}';
    const { request, body } = await heardOf({ body: text }, { signing: { secret } });
    const headers = request.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe(headers['idempotency-key']);
    expect(webhook.verify(body, headers)).toEqual({ name: 'Zoë 🚲' });
    expect(() => webhook.verify(body.replace('Z', 'z'), headers)).toThrow('No matching signature');
  });

  it('is not sent unsigned when the variable with its secret is not set', async () => {
    const server = await track(serve((_, response) => response.end()));
    const participant = participantAt(server.url, { signing: { secret: 'env:NOT_SET' } });
    const reply = await client().send(callOf(participant));
    expect(reply).toMatchObject({ kind: 'failed', effect: 'none', error: { code: 'signing-secret-missing' } });
    expect(server.connections()).toBe(0);
  });

  it('uses the connection of the one before', async () => {
    const server = await track(serve((request, response) => request.resume().on('end', () => response.end())));
    const caller = client();
    const participant = participantAt(server.url);
    for (let n = 0; n < 20; n++) await caller.send(callOf(participant));
    // Two: the next call may come before the connection is back from its last answer.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('is in doubt when a connection kept from an earlier call turns out to be dead, and is sent only once', async () => {
    let requests = 0;
    const server = await track(
      serveRaw((socket) =>
        socket.on('data', () => {
          requests += 1;
          if (requests > 1) socket.resetAndDestroy();
          else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1');
        }),
      ),
    );
    const caller = client();
    const participant = participantAt(server.url);
    expect(await caller.send(callOf(participant))).toEqual({ call: ANSWERED, kind: 'succeeded', output: 1 });
    // Lets the connection get back to the pool, so that it is used again.
    await new Promise((done) => setTimeout(done, 20));
    expect(await caller.send(callOf(participant))).toMatchObject({
      kind: 'failed',
      effect: 'in-doubt',
      error: { code: 'connection-reset' },
    });
    expect(requests).toBe(2);
    expect(server.connections()).toBe(1);
  });

  it.each([
    [
      'nobody listens',
      'connection-refused',
      async () => {
        const server = await serve(() => undefined);
        await server.close();
        return server.url;
      },
    ],
    ['the name does not resolve', 'dns-failure', () => 'http://nowhere.test'],
    ['the other side speaks no TLS', 'tls-failure', () => https(serve(() => undefined))],
    [
      'the other side hangs up on TLS',
      'tls-failure',
      () => https(serveRaw((socket) => socket.once('data', () => socket.end()))),
    ],
    ['the other side never shakes hands', 'connect-timeout', () => https(serveRaw(() => undefined))],
  ])('is known to have had no effect when %s', async (_, code, start) => {
    const nowhere: Resolve = (_name, _options, done) =>
      done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    const caller = client(new TargetGuard({ allowed: null, keysConfigured: false }, nowhere));
    const participant = participantAt(await start(), {
      timeout: { connect: code === 'connect-timeout' ? '150ms' : '10s', total: '20s' },
    });
    const startedAt = performance.now();
    expect(await caller.send(callOf(participant))).toMatchObject({ kind: 'failed', effect: 'none', error: { code } });
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });

  it('goes to the addresses that were judged, and not at all once a name resolves to one that is not allowed', async () => {
    const server = await track(serve((_, response) => response.setHeader('connection', 'close').end('1')));
    const answers = ['127.0.0.1', '169.254.169.254'];
    const changing: Resolve = (_name, _options, done) => done(null, [{ address: answers.shift()!, family: 4 }]);
    const caller = client(new TargetGuard({ allowed: null, keysConfigured: false }, changing));
    const participant = participantAt(`http://participant.test:${server.port}`);
    expect(await caller.send(callOf(participant))).toEqual({ call: ANSWERED, kind: 'succeeded', output: 1 });
    expect(await caller.send(callOf(participant))).toMatchObject({
      kind: 'rejected',
      error: { code: 'target-refused' },
    });
    expect(answers).toEqual([]);
    expect(server.connections()).toBe(1);
  });

  it('is refused for a literal address that is not allowed, before anything is opened', async () => {
    const server = await track(serve((_, response) => response.end()));
    const caller = client(new TargetGuard({ allowed: null, keysConfigured: true }));
    for (const operation of ['action', 'compensation'] as const) {
      const reply = await caller.send(callOf(participantAt(server.url), { operation }));
      expect(reply).toMatchObject({ kind: 'rejected', error: { code: 'target-refused' } });
    }
    expect(server.connections()).toBe(0);
  });

  it.each(['/orders/../admin', '/orders/%2e%2e/admin', '/orders/..%2Fadmin', '/a\\b', '/a#b', '/a\u0000', 'orders'])(
    'is refused for a path such as %j, which would leave what the definition names',
    async (path) => {
      const reply = await client().send(callOf(participantAt('http://127.0.0.1:1'), { path }));
      expect(reply).toMatchObject({ kind: 'rejected', error: { code: 'invalid-path' } });
    },
  );

  it('escapes what a URL can not hold and keeps what is escaped already', async () => {
    const { request } = await heardOf({ path: '/orders/Ä%20b c?q=1.5&r=%2e%2e/x' });
    expect(request.url).toBe('/base/orders/%C3%84%20b%20c?q=1.5&r=%2e%2e/x');
  });

  it('may have its own time-out', async () => {
    const server = await track(serve(() => undefined));
    const startedAt = performance.now();
    const reply = await client().send(callOf(participantAt(server.url), { timeout: 600 }));
    expect(reply).toMatchObject({ kind: 'failed', effect: 'in-doubt', error: { code: 'timeout' } });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('goes to each endpoint by its weight', async () => {
    const hits = [0, 0, 0];
    const urls = await Promise.all(
      hits.map(async (_, n) => (await track(serve((__, response) => response.end(String(hits[n]!++))))).url),
    );
    const endpoints = urls.map((url, n) => ({ url, weight: [3, 1, 0][n] }));
    const participant = participantAt('http://unused.test', { endpoints });
    const caller = client();
    for (let n = 0; n < 40; n++) await Promise.all(Array.from({ length: 10 }, () => caller.send(callOf(participant))));
    expect(hits[0]! + hits[1]!).toBe(400);
    expect(hits[0]! / 400).toBeGreaterThan(0.6);
    expect(hits[0]! / 400).toBeLessThan(0.9);
  });

  it('that is in flight when the client closes is in doubt, and a later one is refused', async () => {
    const caller = client();
    const { promise: isHeard, resolve: hear } = resolvers();
    const participant = participantAt((await track(serve(hear))).url);
    const inFlight = caller.send(callOf(participant));
    await isHeard;
    await caller.close();
    expect(await inFlight).toMatchObject({ kind: 'failed', effect: 'in-doubt', error: { code: 'connection-reset' } });
    expect(await caller.send(callOf(participant))).toEqual({ kind: 'refused', by: 'shutdown', wait: 0 });
  });

  it('leaves a record of where it went, what came back and how long that took', async () => {
    const server = await track(
      serve((_, response) => {
        response.writeHead(503, { 'content-type': 'application/json' });
        response.end(`{"detail":"down", "more":"${'x'.repeat(2_000)}"}\n`);
      }),
    );
    const endpoint = `${server.url}/v2/`;
    const reply = await client().send(callOf(participantAt(endpoint)));
    if (!('call' in reply)) throw new Error('nothing is kept of the call');
    const { call } = reply;
    expect(call).toMatchObject({ endpoint, status: 503 });
    expect(Number.isInteger(call!.ms)).toBe(true);
    expect(call!.excerpt).toMatch(/^\{"detail":"down", "more":"x+$/);
    expect(call!.excerpt).toHaveLength(500);
  });

  it('leaves a record without a status when there was no answer, and without an excerpt when that is no text', async () => {
    const silent = await track(serve((_, response) => response.destroy()));
    const { call } = (await client().send(callOf(participantAt(silent.url)))) as { call?: object };
    expect(call).toEqual({ endpoint: silent.url, ms: ANSWERED.ms });
    const binary = await track(
      serve((_, response) => response.writeHead(500, { 'content-type': 'image/png' }).end(Buffer.alloc(9))),
    );
    expect(await client().send(callOf(participantAt(binary.url)))).toMatchObject({
      call: { endpoint: binary.url, status: 500, ms: ANSWERED.ms },
    });
  });

  /** What a participant gets to hear of a call. */
  async function heardOf(differing: Partial<ParticipantCall>, policy: object = {}): Promise<Heard> {
    let heard: Heard | undefined;
    const server = await track(
      serve((request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        request.on('end', () => {
          heard = { request, body };
          response.end();
        });
      }),
    );
    const reply = await client().send(callOf(participantAt(`${server.url}/base/`, policy), differing));
    expect(reply).toEqual({ call: ANSWERED, kind: 'succeeded', output: null });
    return heard!;
  }

  function client(guard = openGuard): ParticipantClient {
    const made = new ParticipantClient(guard, undefined, { PAYMENT_SECRET: SECRET });
    clients.push(made);
    return made;
  }

  async function track(starting: Promise<Served>): Promise<Served> {
    const server = await starting;
    servers.push(server);
    return server;
  }

  async function https(starting: Promise<Served>): Promise<string> {
    return (await track(starting)).url.replace('http:', 'https:');
  }
});
