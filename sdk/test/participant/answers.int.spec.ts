import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { memoryBarrier } from '../../src/barrier/memory-barrier.js';
import type { Call, Operation } from '../../src/participant/call.js';
import { Accepted, Later, Rejected } from '../../src/participant/results.js';
import { PLATFORMS, type Deed, type Platform } from './platforms.js';
import { SECRET, signedCall, type CallPlan } from './signed-call.js';

const OPERATIONS: readonly Operation[] = ['action', 'compensation'];
const WORD = 'hunter2';

interface Outcome {
  readonly handler: Deed['handler'];
  readonly schema?: Deed['schema'];
  readonly status: number;
  readonly body: unknown;
  readonly isFault?: true;
}

const fault = { status: 500, body: expect.objectContaining({ status: 500, code: 'fault' }), isFault: true } as const;

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'a value': { handler: ({ body }) => ({ paid: body.cents }), status: 200, body: { paid: 100 } },
  nothing: { handler: () => undefined, status: 200, body: null },
  accepted: { handler: async () => new Accepted(), status: 202, body: null },
  'a thrown no': {
    handler: async () => {
      throw new Rejected('card refused', { code: 'card-refused', details: { left: 3 } });
    },
    status: 409,
    body: {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'card refused',
      code: 'card-refused',
      details: { left: 3 },
    },
  },
  'a returned no': {
    handler: () => new Rejected('card refused\0'),
    status: 409,
    body: expect.objectContaining({ code: 'rejected', detail: 'card refused\ufffd' }),
  },
  'a body that the schema refuses': {
    handler: () => 'never',
    schema: z.object({ cents: z.object({ 'a/b': z.string() }), card: z.string() }),
    status: 422,
    body: expect.objectContaining({
      code: 'invalid-body',
      errors: [
        { pointer: '/cents', detail: expect.any(String) },
        { pointer: '/card', detail: expect.any(String) },
      ],
    }),
  },
  'a body that the schema turns into another': {
    handler: ({ body }) => body,
    schema: z.object({ cents: z.number().transform((cents) => `${cents} c`) }),
    status: 200,
    body: { cents: '100 c' },
  },
  later: {
    handler: () => {
      throw new Later('1500ms');
    },
    status: 429,
    body: expect.objectContaining({ code: 'later' }),
  },
  'a thrown error': {
    handler: async () => {
      await sleep(1);
      throw new Error(WORD);
    },
    ...fault,
  },
  'a thrown nothing': {
    handler: () => {
      throw undefined as unknown as Error;
    },
    ...fault,
  },
  'a thrown success': {
    handler: () => {
      throw { status: 200, body: WORD } as unknown as Error;
    },
    ...fault,
  },
  'a returned error': { handler: () => new Error(WORD), ...fault },
  'a returned circle': {
    handler: () => {
      const circle: Record<string, unknown> = {};
      return Object.assign(circle, { circle });
    },
    ...fault,
  },
  'a returned bigint': { handler: () => ({ cents: 1n }), ...fault },
  'a returned function': { handler: () => () => 1, ...fault },
  'a value that no database keeps': { handler: () => 'half a pair: \ud800', ...fault },
  'a value that is nested too deeply': {
    handler: () => JSON.parse('['.repeat(65) + ']'.repeat(65)) as unknown,
    ...fault,
  },
};

const outcomes = Object.entries(OUTCOMES).map(([title, outcome], at) => ({ title, at, ...outcome }));

/** Says when its handler has been called; the handler ends when its caller hangs up. */
const patient = new EventEmitter();

const deeds: readonly Deed[] = OPERATIONS.flatMap((operation) => [
  {
    path: '/patient',
    operation,
    handler: async (call: Call) => {
      patient.emit('call', call);
      await once(call.signal, 'abort');
    },
  },
  ...outcomes.map(({ at, handler, schema }) => ({ path: `/outcomes/${at}`, operation, handler, schema })),
  {
    path: '/accounts/:id/debits',
    operation,
    handler: ({ params, headers }) => ({ params, trace: headers['traceparent'] }),
  },
  { path: '/accounts:close', operation, handler: () => 'closed' },
  { path: `/${operation}/only`, operation, handler: () => 1 },
]);

describe.each(Object.keys(PLATFORMS))('a participant on %s', (name) => {
  const told: { readonly error: unknown; readonly call: Call | undefined }[] = [];
  let platform: Platform;

  beforeAll(async () => {
    const onError = (error: unknown, call: Call | undefined): void => void told.push({ error, call });
    const options = { secret: SECRET, barrier: memoryBarrier(), maxBodyBytes: 2_000, onError };
    platform = await PLATFORMS[name]!(options, deeds);
  });
  beforeEach(() => told.splice(0));
  afterAll(() => platform.close());

  const send = async (plan: CallPlan): Promise<{ status: number; headers: Headers; text: string; body: unknown }> => {
    const { method, path, headers, body } = signedCall(plan);
    const answer = await fetch(platform.endpoint + path, {
      method,
      headers,
      ...(method !== 'GET' && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
  };

  describe.each(OPERATIONS)('to a call of an %s', (operation) => {
    it.each(outcomes)('answers $title with $status', async ({ title, at, status, body, isFault }) => {
      const saga = randomUUID();
      if (operation === 'compensation') await send({ saga, path: '/outcomes/0' });
      const call = { saga, operation, path: `/outcomes/${at}` };
      const first = await send(call);
      expect(first).toMatchObject({ status, body });
      expect(first.headers.get('content-type')).toMatch(
        status < 300 ? /^application\/json/ : /^application\/problem\+json/,
      );
      expect(first.headers.get('retry-after')).toBe(title === 'later' ? '2' : null);
      expect(first.text).not.toContain(WORD);
      expect(told).toHaveLength(isFault ? 1 : 0);
      if (isFault) expect(told[0]!.call?.idempotencyKey).toBe(`${saga}/pay/${operation}`);
      // What is kept is said again; a fault, a delay and the no of a compensation are not kept.
      const isKept = status < 300 || (operation === 'action' && [409, 422].includes(status));
      const second = await send(call);
      expect(second).toMatchObject({ status, body });
      expect(second.headers.get('skald-answer')).toBe(isKept ? 'repeat' : null);
    });
  });

  it('finds the names in a path, whatever its query, and hands headers on', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const call = { path: '/accounts/a%2Fb%20c/debits?x=1', headers: { traceparent } };
    expect(await send(call)).toMatchObject({ status: 200, body: { params: { id: 'a/b c' }, trace: traceparent } });
  });

  it('says 400 to a path or an operation that it does not have: to a compensation, 404 would mean "undone"', async () => {
    for (const operation of OPERATIONS) {
      for (const path of ['/nowhere', '/nowhere/', '/', '/accounts//debits', '/accounts/%ZZ/debits', '/outcomes/0/']) {
        expect({ path, ...(await send({ operation, path })) }).toMatchObject({ path, status: 400 });
      }
    }
    expect(await send({ operation: 'compensation', path: '/action/only' })).toMatchObject({ status: 400 });
    expect(await send({ operation: 'action', path: '/compensation/only' })).toMatchObject({ status: 400 });
  });

  it('is called by whichever method the definition names', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const call = { method, path: '/accounts/7/debits' };
      expect({ method, ...(await send(call)) }).toMatchObject({ method, status: 200, body: { params: { id: '7' } } });
    }
  });

  it('takes a colon within a part of a path for a colon', async () => {
    expect(await send({ path: '/accounts:close' })).toMatchObject({ status: 200, body: 'closed' });
    expect(await send({ path: '/accountsclose' })).toMatchObject({ status: 400 });
  });

  it('says 401 to calls that are not signed, for another body, for another operation, or long ago', async () => {
    const other = randomUUID();
    const { 'webhook-signature': ofOther } = signedCall({ body: { cents: 1 } }).headers;
    for (const plan of [
      { headers: { 'webhook-signature': undefined } },
      { headers: { 'webhook-signature': ofOther } },
      { headers: { 'idempotency-key': `${randomUUID()}/pay/action` } },
      { headers: { 'idempotency-key': `${other}/pay/action`, 'skald-saga-id': other } },
      { secret: 'another-secret' },
      { at: Date.now() - 301_000 },
      { at: Date.now() + 302_000 },
    ]) {
      expect(await send({ path: '/outcomes/0', ...plan })).toMatchObject({
        status: 401,
        body: { code: 'bad-signature' },
      });
    }
    expect(told).toHaveLength(0);
  });

  it('says 413 to a body that is too long, whether its length was announced or not', async () => {
    expect(await send({ path: '/outcomes/0', body: 'x'.repeat(200_000) })).toMatchObject({ status: 413 });
    const { headers, body } = signedCall({ path: '/outcomes/0', body: 'x'.repeat(200_000) });
    const drips = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < body.length; at += 1_000) yield body.subarray(at, at + 1_000);
    };
    const init = { method: 'POST', headers, body: drips(), duplex: 'half' };
    const answer = await fetch(`${platform.endpoint}/outcomes/0`, init as unknown as RequestInit);
    expect(answer.status).toBe(413);
  });

  it('leaves the rest of the application alone', async () => {
    const page = await fetch(`${platform.origin}/hello`);
    expect(name.startsWith('Nest') ? 'hello' : await page.text()).toBe('hello');
    const other = await fetch(`${platform.origin}/elsewhere`, { method: 'POST', body: 'a=b' });
    expect([401, 404]).toContain(other.status);
  });

  it('aborts the signal of a handler whose caller has hung up, and lives on', async () => {
    const { method, headers, body } = signedCall({ path: '/patient' });
    const hangUp = new AbortController();
    const answer = fetch(`${platform.endpoint}/patient`, {
      method,
      headers,
      body: new Uint8Array(body),
      signal: hangUp.signal,
    });
    const call = await new Promise<Call>((settle) => patient.once('call', settle));
    expect(call.signal.aborted).toBe(false);
    hangUp.abort();
    await expect(answer).rejects.toThrow();
    await new Promise((settle) => call.signal.addEventListener('abort', settle));
    expect((await send({ path: '/outcomes/0' })).status).toBe(200);
    expect(told).toHaveLength(0);
  });

  it('outlives callers that break off in mid-body, and runs nothing for them', async () => {
    const { path, headers } = signedCall({ path: '/patient' });
    const { hostname, port, pathname } = new URL(platform.endpoint + path);
    const lines = Object.entries({ host: hostname, ...headers, 'content-length': '100', expect: '100-continue' });
    const socket = connect(Number(port), hostname);
    socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`);
    expect(String((await once(socket, 'data'))[0])).toContain('100 Continue');
    socket.write('{"cents"');
    socket.destroy();
    await once(socket, 'close');
    expect((await send({ path: '/outcomes/0' })).status).toBe(200);
    expect(told).toHaveLength(0);
  });
});
