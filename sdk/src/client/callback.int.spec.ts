import { inspect } from 'node:util';
import { answers, cuts, cutsInside, Edge, refuses } from '../../test/client/edge.js';
import { callback } from './callback.js';
import { isProblem } from './errors.js';

describe('the result of an accepted operation', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const token = '/v1/callbacks/very-secret-token';

  it('goes on until there is an answer', async () => {
    const handle = callback<{ charge: string }>(edge.url + token);
    edge.plays(cuts, refuses(503, 'store-unavailable'), cutsInside, answers(200, {}));
    expect(await handle.succeed({ charge: 'ch-1' })).toBe(true);
    const [{ line, body, headers }] = edge.seen.slice(-1) as [(typeof edge.seen)[0]];
    expect([line, body]).toEqual([`POST ${token}`, '{"status":"succeeded","output":{"charge":"ch-1"}}']);
    expect(headers.authorization).toBeUndefined();
    expect(edge.lines.length).toBe(4);
  });

  it('is false when nobody waits for it any more', async () => {
    edge.plays(refuses(409, 'stale-callback'));
    expect(await callback(edge.url + token).reject('card declined')).toBe(false);
    expect(edge.seen[0]!.body).toBe('{"status":"rejected","reason":"card declined"}');
  });

  it('fails when it is refused for good, without saying where it went', async () => {
    edge.plays(refuses(404, 'unknown-callback'));
    const err: unknown = await callback(edge.url + token)
      .succeed(null)
      .catch((e: unknown) => e);
    expect(isProblem(err, 'unknown-callback')).toBe(true);
    expect(inspect(err, { depth: 10 })).not.toContain('very-secret-token');
    expect(() => callback('very-secret-token')).toThrow(/^this is no callback URL(?!.*very-secret)/);
  });
});
