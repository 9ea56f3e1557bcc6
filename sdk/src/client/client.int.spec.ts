import { inspect } from 'node:util';
import { eventually } from '../../../test/support/waiting.js';
import { answers, cuts, Edge, hangs, refuses } from '../../test/client/edge.js';
import { SkaldClient } from './client.js';
import type { SkaldClientOptions } from './client-options.js';
import { isConnectionError, isProblem } from './errors.js';

const KEY = 'operator-secret-4711';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a client', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const client = (options: Partial<SkaldClientOptions> = {}) =>
    new SkaldClient({ baseUrl: edge.url, apiKey: KEY, ...options });

  const page = (ids: string[], nextCursor: string | null) =>
    answers(200, { items: ids.map((id) => ({ id })), nextCursor });

  it('fetches pages as the loop gets there, and no more', async () => {
    edge.plays(page(['a', 'b'], 'c/2'), cuts, page(['c'], null));
    const ids: string[] = [];
    for await (const { id } of client().sagas.list(
      { status: ['running', 'stuck'], tags: { 'a&b': 'ü' } },
      { pageSize: 2 },
    )) {
      ids.push(id);
    }
    expect(ids).toEqual(['a', 'b', 'c']);
    const filter = 'status=running%2Cstuck&tag.a%26b=%C3%BC&limit=2';
    expect(edge.lines[0]).toBe(`GET /v1/sagas?${filter}`);
    expect(edge.lines[2]).toBe(`GET /v1/sagas?${filter}&cursor=c%2F2`);

    edge.plays(page(['a', 'b'], 'c/2'));
    for await (const { id } of client().sagas.list()) if (id === 'b') break;
    expect(edge.lines).toEqual(['GET /v1/sagas']);
  });

  it('tells all that Skald said', async () => {
    const errors = [{ pointer: '/input/qty', detail: 'is missing' }];
    edge.plays(refuses(422, 'invalid-input', {}, { errors, saga: 's-7' }));
    const err: unknown = await client()
      .sagas.start('place-order', {})
      .catch((e: unknown) => e);
    if (!isProblem(err, 'invalid-input')) throw err;
    expect(err).toMatchObject({ status: 422, title: 'No', detail: 'this is invalid-input', errors, attempts: 1 });
    expect(err.problem['saga']).toBe('s-7');
    expect(err.message).toBe('POST /v1/sagas: 422 invalid-input: this is invalid-input');
    expect(isProblem(err)).toBe(true);
    expect(isProblem(err, 'past-pivot')).toBe(false);
    expect(isConnectionError(err)).toBe(false);
  });

  it('tells apart what is not from Skald', async () => {
    const once = client({ retries: 0 });
    edge.plays((response) => void response.writeHead(504, { 'content-type': 'text/html' }).end('<h1>'));
    await expect(once.sagas.get('s-1')).rejects.toMatchObject({ code: 'http-504', status: 504 });
    // A redirect that was followed would turn a POST into a GET.
    edge.plays((response) => void response.writeHead(301, { location: `${edge.url}/elsewhere` }).end());
    await expect(once.sagas.get('s-1')).rejects.toMatchObject({ code: 'http-301' });
    edge.plays((response) => void response.end('<h1>Welcome</h1>'));
    await expect(client().sagas.get('s-1')).rejects.toMatchObject({ code: 'unreadable-answer', attempts: 1 });
  });

  it('takes a server that is not ready for an answer, and asks once', async () => {
    const readiness = { status: 'unavailable', checks: { server: 'draining' } };
    edge.plays(answers(503, readiness));
    expect(await client().health()).toEqual(readiness);
    edge.plays(cuts);
    await expect(client().health()).rejects.toMatchObject({ code: 'connection-lost', attempts: 1 });
  });

  it('ends with the reason of its signal, before, during and between attempts', async () => {
    const [before, during, between] = [new Error('before'), new Error('during'), new Error('between')];
    const ask = (signal: AbortSignal) => client().sagas.get('s-1', { signal });
    edge.plays(hangs);
    await expect(ask(AbortSignal.abort(before))).rejects.toBe(before);
    expect(edge.lines).toEqual([]);

    const stop = new AbortController();
    const asking = client().sagas.signal('s-1', 'approved', null, { signal: stop.signal });
    await eventually('it has asked', () => edge.lines.length === 1);
    stop.abort(during);
    await expect(asking).rejects.toBe(during);

    edge.plays(refuses(503, 'draining', { 'retry-after': '20' }));
    const leave = new AbortController();
    const pausing = ask(leave.signal);
    await eventually('it was refused', () => edge.lines.length === 1);
    setTimeout(() => leave.abort(between), 50);
    await expect(pausing).rejects.toBe(between);
  });

  it('sends its key, and never says it', async () => {
    edge.plays(refuses(401, 'unauthenticated'));
    const err: unknown = await client()
      .admin.stats()
      .catch((e: unknown) => e);
    expect(edge.seen[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
    edge.plays(cuts);
    const lost: unknown = await client({ retries: 0 })
      .admin.stats()
      .catch((e: unknown) => e);
    for (const shown of [err, lost, client(), client().sagas]) {
      expect(inspect(shown, { depth: 10, showHidden: true })).not.toContain(KEY);
      expect(JSON.stringify(shown)).not.toContain(KEY);
    }
  });

  it('asks for the trace before every attempt, and sends none that is not as W3C has it', async () => {
    edge.plays(cuts, answers(200, {}));
    const contexts = [
      { traceparent: TRACE },
      { traceparent: TRACE.replace('-01', '-00'), tracestate: 'vendor=1' },
      { traceparent: 'nonsense\n' },
    ];
    const traced = client({ traceparent: () => contexts.shift() });
    await traced.sagas.get('s-1');
    await traced.sagas.get('s-1');
    expect(edge.seen.map(({ headers }) => [headers['traceparent'], headers['tracestate']])).toEqual([
      [TRACE, undefined],
      [TRACE.replace('-01', '-00'), 'vendor=1'],
      [undefined, undefined],
    ]);
  });
});
