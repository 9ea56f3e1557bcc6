import { saga } from '../definition/saga.js';
import { typed } from '../standard-schema.js';
import { SkaldClient } from './client.js';

interface Order {
  readonly sku: string;
  readonly qty: number;
}
interface Shipped {
  readonly tracking: string;
}

describe('a definition that knows the types of its sagas', () => {
  const placeOrder = saga<Order>('place-order')
    .pivot('ship', { participant: 'shipping', action: { path: '/shipments', output: typed<Shipped>() } })
    .output(({ steps }) => ({ tracking: steps.ship.output.tracking }))
    .build();
  const bodies: unknown[] = [];
  const skald = new SkaldClient({
    baseUrl: 'http://skald',
    fetch: async (_, { body }) => {
      bodies.push(JSON.parse(body ?? 'null'));
      return new Response(
        '{"id":"s-1","name":"place-order","version":3,"input":{"qty":2},"output":{"tracking":"T-1"}}',
      );
    },
  });
  beforeEach(() => bodies.splice(0));

  it('gives them to what is started by it, and to its answer', async () => {
    const run = await skald.sagas.start(placeOrder, { sku: 'A-1', qty: 2 });
    const tracking: string | undefined = run.output?.tracking;
    const qty: number = run.input.qty;
    expect([tracking, qty]).toEqual(['T-1', 2]);
    // @ts-expect-error a field is missing
    await skald.sagas.start(placeOrder, { sku: 'A-1' });
    // @ts-expect-error a field is of another type
    await skald.sagas.start(placeOrder, { sku: 'A-1', qty: '2' });
    // @ts-expect-error there is no such field in the output
    expect(run.output?.price).toBeUndefined();
  });

  it('gives them to what is stored, which is started in the version that it has', async () => {
    const stored = await skald.definitions.put(placeOrder);
    const run = await skald.sagas.start(stored, { sku: 'A-1', qty: 2 });
    const tracking: string | undefined = run.output?.tracking;
    expect(tracking).toBe('T-1');
    // @ts-expect-error a field is missing
    await skald.sagas.start(stored, { sku: 'A-1' }, { version: 2 });
    expect(bodies).toMatchObject([
      placeOrder.toJSON(),
      { definition: 'place-order', version: 3, input: { sku: 'A-1', qty: 2 } },
      { definition: 'place-order', version: 2 },
    ]);
  });

  it('is not needed: a name takes any input, a document is stored as it is, and types may be named', async () => {
    await skald.sagas.start('place-order', { anything: true });
    const run = await skald.sagas.start<Order, Shipped>('place-order', { sku: 'A-1', qty: 2 });
    const tracking: string | undefined = run.output?.tracking;
    expect(tracking).toBe('T-1');
    const stored = await skald.definitions.put({ name: 'nap', steps: [{ name: 'nap', sleep: '1s' }] });
    await skald.sagas.start(stored, { anything: true });
    expect(bodies.at(-2)).toEqual({ name: 'nap', steps: [{ name: 'nap', sleep: '1s' }] });
  });
});
