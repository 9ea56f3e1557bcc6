import { parse } from 'yaml';
import { definition } from '../definition/built-saga.js';
import { saga } from '../definition/saga.js';
import { typed } from '../standard-schema.js';
import { sagaTest } from './index.js';

interface Order {
  readonly sku: string;
  readonly amount: number;
}

const shipOrder = saga<{ to: string }>('ship-order')
  .step('pack', { participant: 'shipping', action: { path: '/parcels' }, compensation: { path: '/parcels/unpack' } })
  .build();

const placeOrder = saga<Order>('place-order')
  .step('reserve', {
    participant: 'inventory',
    action: { path: '/reservations', body: ({ input }) => ({ sku: input.sku }), output: typed<{ id: string }>() },
    compensation: { path: '/reservations/cancel' },
  })
  .child('ship', shipOrder, { input: ({ steps }) => ({ to: steps.reserve.output.id }) })
  .pivot('charge', {
    participant: 'payment',
    action: { path: '/charges', body: ({ input }) => ({ amount: input.amount }) },
  })
  .output(({ steps }) => ({ reservation: steps.reserve.output.id }))
  .build();

const setup = {
  participants: {
    inventory: { '/reservations': () => ({ id: 'r-1' }), '/reservations/cancel': () => null },
    payment: {},
    shipping: {},
  },
  children: [shipOrder],
};

describe('a saga that was built', () => {
  it('is tested as it is, children included, with an input of its type', async () => {
    const test = sagaTest(placeOrder, setup);
    const run = await test.given({ sku: 'book', amount: 12 }).expectCompleted({ reservation: 'r-1' });
    expect(run.calls.map(({ step, body }) => [step, body])).toEqual([
      ['reserve', { sku: 'book' }],
      ['pack', { to: 'r-1' }],
      ['charge', { amount: 12 }],
    ]);
    await test.given({ sku: 'book', amount: 12 }).whenStepRejects('charge').expectCompensated(['ship', 'reserve']);
    await test.given({ sku: 'book', amount: 12 }).failEveryStepInTurn();

    // @ts-expect-error: an amount is no text
    test.given({ sku: 'book', amount: '12' });
    // @ts-expect-error: an order is needed
    test.given();
  });

  it('is the same when it was written down as JSON or YAML and read again', async () => {
    for (const document of [
      placeOrder.toJSON(),
      parse(placeOrder.toYAML()) as object,
      definition(placeOrder.toJSON()),
    ]) {
      const test = sagaTest(document, setup);
      await test.given({ sku: 'book', amount: 12 }).expectCompleted({ reservation: 'r-1' });
    }
  });
});
