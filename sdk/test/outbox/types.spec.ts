import type { Pool, PoolClient } from 'pg';
import type { DefinitionRef } from '../../src/client/definition-ref.js';
import type { SkaldClient } from '../../src/client/client.js';
import type { SagaStarter } from '../../src/outbox/delivery.js';
import type { Outbox } from '../../src/outbox/outbox.js';

declare const placeOrder: DefinitionRef<{ readonly orderId: string }, { readonly tracking: string }>;

/** Never run: what the compiler lets pass, and what it must not. */
export async function typed(outbox: Outbox<PoolClient>, client: PoolClient, pool: Pool): Promise<void> {
  await outbox.startInTransaction(client, placeOrder, { orderId: '4711' }, { businessKey: '4711' });
  await outbox.startInTransaction(client, 'place-order', { anything: 1 });
  // @ts-expect-error an input that the definition does not take
  await outbox.startInTransaction(client, placeOrder, { orderId: 4711 });
  // @ts-expect-error a pool is no transaction
  await outbox.startInTransaction(pool, placeOrder, { orderId: '4711' });
}

describe('the relay', () => {
  it('takes the client of this SDK for Skald', () => {
    const asStarter = (skald: SkaldClient): SagaStarter => skald;
    expect(asStarter).toBeDefined();
  });
});
