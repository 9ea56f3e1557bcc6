import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { fastify } from 'fastify';
import { participant, type Participant } from '../../src/participant/participant.js';
import { SECRET, signedCall } from './signed-call.js';

interface Sent {
  readonly status: number;
  readonly body: string;
}

async function send(origin: string, path = '/value', headers: Readonly<Record<string, string>> = {}): Promise<Sent> {
  const call = signedCall({ path, headers });
  const answer = await fetch(origin + path, { ...call, body: new Uint8Array(call.body) });
  return { status: answer.status, body: await answer.text() };
}

describe('a participant behind other readers', () => {
  const told: unknown[] = [];
  const payment: Participant = participant({ secret: SECRET, onError: (error) => told.push(error) }).action(
    '/value',
    ({ body }) => body,
  );
  let close: () => unknown = () => {};
  afterEach(() => close());
  beforeEach(() => told.splice(0));

  const listen = async (listener: Parameters<typeof createServer>[1]): Promise<string> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = () => {
      server.close();
      server.closeAllConnections();
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it('says where it belongs when express.json() has eaten the body', async () => {
    const app = express();
    app.use(express.json());
    app.use(payment.express());
    expect((await send(await listen(app))).status).toBe(500);
    expect(String(told[0])).toContain('mount the participant before express.json()');
  });

  it('takes the bytes that a body parser has kept', async () => {
    const app = express();
    const keep = (request: IncomingMessage, _: unknown, bytes: Buffer): unknown =>
      Object.assign(request, { rawBody: bytes });
    app.use(express.json({ verify: keep }));
    app.use(payment.express());
    expect(await send(await listen(app))).toEqual({ status: 200, body: '{"cents":100}' });
    expect(told).toEqual([]);
  });

  it('shares an Express app with pages and parsers: what is not Skald’s goes on, with its body', async () => {
    const app = express();
    app.use(payment.express());
    app.use(express.json());
    app.post('/orders', (request, response) => void response.json(request.body));
    app.get('/value', (_, response) => void response.send('a page'));
    const origin = await listen(app);
    const order = await fetch(`${origin}/orders`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await order.json()).toEqual({ a: 1 });
    expect(await (await fetch(`${origin}/value`)).text()).toBe('a page');
    expect((await fetch(`${origin}/value`, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  it('shares a Fastify app with routes, parsers and hooks of others', async () => {
    const app = fastify({ forceCloseConnections: true });
    const closing = participant().action('/value:close', () => 'closed');
    const neighbour = participant().action('/other', () => 'other');
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_, body, done) => done(null, body));
    app.setErrorHandler((_, __, reply) => void reply.code(418).send());
    app.setNotFoundHandler((_, reply) => void reply.code(404).send('nowhere'));
    await app.register(payment.fastify());
    await app.register(closing.fastify());
    await app.register(neighbour.fastify(), { prefix: '/neighbour' });
    app.post('/orders', async (request) => request.body);
    app.get('/value', async () => 'a page');
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    close = () => app.close();

    for (const [type, body] of [
      ['application/json', '{"a":1}'],
      ['text/csv', 'a,b'],
    ] as const) {
      const init = { method: 'POST', headers: { 'content-type': type }, body };
      expect(await (await fetch(`${origin}/orders`, init)).text()).toBe(body);
    }
    expect(await (await fetch(`${origin}/value`)).text()).toBe('a page');
    expect(await (await fetch(`${origin}/nowhere`)).text()).toBe('nowhere');
    expect(await (await fetch(`${origin}/valueless`, { method: 'POST' })).text()).toBe('nowhere');
    expect(await send(origin, '/value:close')).toEqual({ status: 200, body: '"closed"' });
    expect(await send(origin)).toMatchObject({ status: 200 });
    expect(await send(origin, '/value', { 'content-type': 'text/csv' })).toMatchObject({ status: 200 });
    expect(await send(origin, '/neighbour/other')).toEqual({ status: 200, body: '"other"' });
    expect(await send(origin, '/nowhere')).toMatchObject({ status: 400 });
    // Tests of Fastify apps don't need a connection.
    const call = signedCall({ path: '/nowhere' });
    const { statusCode } = await app.inject({
      method: 'POST',
      url: call.path,
      headers: call.headers,
      payload: call.body,
    });
    expect(statusCode).toBe(400);
  });
});
