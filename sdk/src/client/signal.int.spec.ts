import { freePort } from '../../../test/support/ports.js';
import { answers, cuts, cutsInside, Edge, refuses, type Turn } from '../../test/client/edge.js';
import { SkaldClient } from './client.js';
import type { SkaldClientOptions } from './client-options.js';
import { isConnectionError, isSkaldError } from './errors.js';

const CUT: ReadonlySet<Turn> = new Set([cuts, cutsInside]);
const running = { id: 's-1', status: 'running', seq: 1 };

describe('a signal, which counts as often as it is taken', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const client = (options: Partial<SkaldClientOptions> = {}) => new SkaldClient({ baseUrl: edge.url, ...options });

  const doubtful = [
    ['a connection that is cut', cuts],
    ['an answer that is cut', cutsInside],
    ['a storage that may have taken it', refuses(503, 'store-unavailable', { 'retry-after': '0' })],
    ['a proxy in between', answers(502, {})],
  ] as const;

  it.each(doubtful)('leaves %s to its caller', async (_, fault) => {
    edge.plays(fault, answers(202, running));
    const err: unknown = await client()
      .sagas.signal('s-1', 'approved')
      .catch((e: unknown) => e);
    expect(isSkaldError(err) && err.attempts).toBe(1);
    expect(isConnectionError(err) && err.code).toBe(CUT.has(fault) && 'connection-lost');
    expect(edge.lines.length).toBe(1);
  });

  it('repeats it when it can not have been taken', async () => {
    const taken = answers(202, running);
    edge.plays(refuses(429, 'too-many-signals', { 'retry-after': '0' }), refuses(503, 'draining'), taken);
    await client().sagas.signal('s-1', 'approved', { by: 'Ada' });
    expect(edge.seen.map(({ body }) => body)).toEqual(Array(3).fill('{"by":"Ada"}'));

    edge.plays(taken);
    let isDown = true;
    const nobody = `http://localhost:${await freePort()}`;
    const fetch: SkaldClientOptions['fetch'] = (url, init) => {
      const address = isDown ? nobody : url;
      isDown = false;
      return globalThis.fetch(address, init);
    };
    await client({ fetch }).sagas.signal('s-1', 'approved');
    expect(edge.lines).toEqual(['POST /v1/sagas/s-1/signals/approved']);
  });
});
