import { saga } from '@skald/sdk';

/**
 * An order on promotion day. The coupon is for those who have paid, so its step comes after the payment; what else the
 * customer might like must not cost the order anything, least of all time.
 */
export const promotionOrder = saga('promotion-order', {
  description: 'Set the goods aside, charge the card, give the coupon, recommend',
  input: {
    type: 'object',
    required: ['customer', 'sku', 'qty', 'amount'],
    properties: {
      customer: { type: 'string' },
      sku: { type: 'string' },
      qty: { type: 'integer', minimum: 1 },
      amount: { type: 'integer', minimum: 1, description: 'in cents' },
    },
  },
})
  // When the warehouse is too busy to be asked, an estimate has to do.
  .step('reserve', {
    participant: 'stock',
    action: { path: '/reservations', body: ({ input }) => ({ sku: input.sku, qty: input.qty }) },
    compensation: { path: '/reservations/cancel' },
    retry: { maxAttempts: 2 },
    fallback: { strategy: 'estimated_stock' },
  })
  .pivot('charge', {
    participant: 'payment',
    action: {
      path: '/charges',
      body: ({ input, steps }) => ({ amount: input.amount, reservation: steps.reserve.output.id }),
    },
  })
  .retriable('grant', {
    participant: 'coupon',
    action: {
      path: '/coupons',
      body: ({ input, steps }) => ({ customer: input.customer, charge: steps.charge.output.id }),
    },
  })
  // Names no fallback: an optional step takes that of its participant.
  .retriable('recommend', {
    participant: 'recommendation',
    after: ['charge'],
    action: { path: '/recommendations', body: ({ input }) => ({ customer: input.customer, sku: input.sku }) },
    optional: true,
    timeout: '500ms',
    retry: { maxAttempts: 1 },
  })
  .output(({ steps }) => ({
    reservation: steps.reserve.output.id,
    coupon: steps.grant.output.code,
    recommended: steps.recommend.output,
  }))
  .build();
