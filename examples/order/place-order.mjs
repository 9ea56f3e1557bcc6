import { saga } from '@skald/sdk';

/** The definition of place-order.yaml, in code. */
export const placeOrder = saga('place-order', {
  description: 'Reserve the goods, book a courier, charge the card, ship',
  input: {
    type: 'object',
    required: ['sku', 'qty', 'amount', 'address'],
    properties: {
      sku: { type: 'string' },
      qty: { type: 'integer', minimum: 1 },
      amount: { type: 'integer', minimum: 1, description: 'in cents' },
      address: { type: 'string' },
    },
  },
  deadline: '15m',
})
  .step('reserve', {
    participant: 'inventory',
    action: { path: '/reservations', body: ({ input }) => ({ sku: input.sku, qty: input.qty }) },
    compensation: { path: '/reservations/cancel' },
  })
  .step('book', {
    participant: 'shipping',
    action: { path: '/bookings', body: ({ input }) => ({ address: input.address }) },
    compensation: { path: '/bookings/cancel' },
  })
  .step('charge', {
    participant: 'payment',
    action: {
      path: '/charges',
      body: ({ input, steps }) => ({ amount: input.amount, reservation: steps.reserve.output.id }),
    },
    compensation: { path: '/charges/refund' },
    timeout: '5s',
  })
  // Once the parcel is out, there is no way back.
  .pivot('ship', {
    participant: 'shipping',
    action: { path: '/shipments', body: ({ steps }) => ({ booking: steps.book.output.id }) },
  })
  .output(({ steps }) => ({ tracking: steps.ship.output.tracking }))
  .build();
