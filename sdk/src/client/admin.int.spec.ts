import { answers, cuts, Edge, refuses } from '../../test/client/edge.js';
import { SkaldClient } from './client.js';

describe('an order to retry', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const admin = () => new SkaldClient({ baseUrl: edge.url }).admin;

  it('is sent again under the same key when its answer is lost', async () => {
    edge.plays(cuts, answers(200, { id: 's-1' }));
    expect(await admin().retry('s-1', 'the bank is back')).toEqual({ id: 's-1' });
    expect(edge.lines).toEqual(Array(2).fill('POST /v1/admin/sagas/s-1/retry'));
    expect(edge.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      Array(2).fill({ reason: 'the bank is back' }),
    );
    const [one, other] = edge.seen.map(({ headers }) => headers['idempotency-key']);
    expect(one).toEqual(expect.any(String));
    expect(other).toBe(one);
    expect(edge.seen[0]!.headers).not.toHaveProperty('if-match');
  });

  it('says what the operator has seen, and under which key', async () => {
    edge.plays(refuses(412, 'saga-moved'));
    const order = admin().retry('s-1', 'again', { seq: 7, idempotencyKey: 'k-1' });
    await expect(order).rejects.toMatchObject({ code: 'saga-moved', status: 412, attempts: 1 });
    expect(edge.seen[0]!.headers).toMatchObject({ 'if-match': '"7"', 'idempotency-key': 'k-1' });
  });
});
