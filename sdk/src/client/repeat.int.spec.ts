import { answers, cuts, cutsInside, Edge, hangs, refuses } from '../../test/client/edge.js';
import { SkaldClient } from './client.js';
import type { SkaldClientOptions } from './client-options.js';
import { isProblem } from './errors.js';

const running = { id: 's-1', status: 'running', seq: 1 };
const completed = answers(200, { ...running, status: 'completed' });

describe('a request that may be repeated', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const client = (options: Partial<SkaldClientOptions> = {}) => new SkaldClient({ baseUrl: edge.url, ...options });

  const passing = [
    ['a connection that is cut before the answer', cuts],
    ['a connection that is cut in the middle of the answer', cutsInside],
    ['a server that has no storage now', refuses(503, 'store-unavailable', { 'retry-after': '0' })],
    ['a proxy that has no server', answers(502, 'Bad Gateway')],
    ['too many requests', answers(429, {})],
  ] as const;

  it.each(passing)('survives %s', async (_, fault) => {
    edge.plays(fault, fault, completed);
    expect((await client().sagas.get('s-1')).status).toBe('completed');
    expect(edge.lines).toEqual(Array(3).fill('GET /v1/sagas/s-1'));
  });

  it('gives up one attempt to which no answer comes, and makes another', async () => {
    edge.plays(hangs, completed);
    await client({ attemptTimeout: 100 }).sagas.get('s-1');
    expect(edge.lines.length).toBe(2);
  });

  it('repeats a start under one key, made for this start alone, so that it counts once', async () => {
    edge.plays(cuts, refuses(409, 'idempotency-key-in-use', { 'retry-after': '0' }), answers(202, running));
    expect((await client().sagas.start('place-order', { sku: 'A-1' })).id).toBe('s-1');
    await client().sagas.start('place-order', { sku: 'A-1' });
    const [first, second, third, other] = edge.seen.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect([second, third]).toEqual([first, first]);
    expect(other).not.toBe(first);
  });

  it('takes the end of its patience for an answer: what Skald said last', async () => {
    edge.plays(refuses(503, 'draining', { 'retry-after': '60' }));
    const err: unknown = await client()
      .sagas.get('s-1')
      .catch((e: unknown) => e);
    expect(isProblem(err, 'draining') && [err.retryAfter, err.attempts]).toEqual([60_000, 1]);

    edge.plays(refuses(503, 'draining'));
    const tired: unknown = await client({ retries: 2 })
      .sagas.get('s-1')
      .catch((e: unknown) => e);
    expect(isProblem(tired, 'draining') && [tired.retryAfter, tired.attempts]).toEqual([null, 3]);
    expect(edge.lines.length).toBe(3);
  });

  it('comes back no sooner than it was asked to', async () => {
    edge.plays(refuses(503, 'draining', { 'retry-after': '1' }), completed);
    const start = performance.now();
    await client().sagas.get('s-1');
    expect(performance.now() - start).toBeGreaterThan(990);
  });

  it('knows a cancel that worked although its answer was lost', async () => {
    edge.plays(cuts, refuses(409, 'already-final'), answers(200, { ...running, status: 'compensated' }));
    expect((await client().sagas.cancel('s-1', 'changed my mind')).status).toBe('compensated');

    edge.plays(cuts, refuses(409, 'already-final'), completed);
    await expect(client().sagas.cancel('s-1', 'too late')).rejects.toMatchObject({ code: 'already-final' });
    edge.plays(refuses(409, 'already-final'), answers(200, { ...running, status: 'compensated' }));
    await expect(client().sagas.cancel('s-1', 'long gone')).rejects.toMatchObject({ code: 'already-final' });
  });

  it('knows a delete that worked although its answer was lost', async () => {
    edge.plays(cuts, refuses(404, 'unknown-participant'));
    await client().participants.delete('mail');
    edge.plays(refuses(404, 'unknown-participant'));
    await expect(client().participants.delete('mail')).rejects.toMatchObject({ code: 'unknown-participant' });
  });

  it('sends those items of a batch again that were not taken, under the same keys, and keeps the order', async () => {
    const taken = (id: string) => ({ status: 202, replayed: false, saga: { id } });
    const not = (status: number, code: string) => ({ status, problem: { status, code, title: 'No', detail: '' } });
    const first = [
      taken('a'),
      not(503, 'store-unavailable'),
      not(404, 'unknown-definition'),
      not(409, 'idempotency-key-in-use'),
    ];
    edge.plays(answers(200, { items: first }), answers(200, { items: [taken('b'), taken('d')] }));
    const results = await client().sagas.startBatch(
      ['a', 'b', 'c', 'd'].map((businessKey) => ({ definition: 'place-order', businessKey })),
    );
    expect(results.map((result) => result.saga?.id ?? result.problem?.code)).toEqual([
      'a',
      'b',
      'unknown-definition',
      'd',
    ]);
    const [all, again] = edge.seen.map(({ body }) => (JSON.parse(body) as { items: Record<string, string>[] }).items);
    expect(new Set(all!.map((item) => item['idempotencyKey'])).size).toBe(4);
    expect(again).toEqual([all![1], all![3]]);

    edge.plays(answers(200, { items: first }), refuses(401, 'unauthenticated'));
    const known = await client().sagas.startBatch(['a', 'b', 'c', 'd'].map(() => ({ definition: 'place-order' })));
    expect(known.map(({ status }) => status)).toEqual([202, 503, 404, 409]);
  });
});
