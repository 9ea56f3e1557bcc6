import { OpenedStore } from '../../test/store/opened-store.js';
import { BreakerOrders } from './breaker-orders.js';
import { Participants } from './participants.js';

jest.setTimeout(60_000);

describe('orders about breakers', () => {
  let store: OpenedStore;
  let orders: BreakerOrders;
  let participants: Participants;
  beforeAll(async () => {
    store = await OpenedStore.open();
    orders = new BreakerOrders(store.database);
    participants = new Participants(store.database);
  });
  beforeEach(() => store.sql('truncate skald.participants, skald.breaker_orders'));
  afterAll(() => store.drop());

  const SPEC = { endpoints: ['http://127.0.0.1:9'] };
  const ORDER = { participant: 'payment', state: 'forced-open', reason: 'they asked for it', by: 'operator' } as const;

  it('are kept with who gave them, when and why, until they are lifted', async () => {
    await participants.put('payment', SPEC);
    const given = await orders.give(ORDER);
    expect(given).toEqual({ ...ORDER, at: expect.any(Number) });
    expect(Math.abs(given!.at - store.database.clock.now())).toBeLessThan(2_000);
    expect(await orders.all()).toEqual([given]);
    await orders.lift('payment');
    await orders.lift('payment');
    expect(await orders.all()).toEqual([]);
  });

  it('keep their time when they are repeated, and take a new one when anything about them changes', async () => {
    await participants.put('payment', SPEC);
    const lately = () => store.database.clock.now() - 60_000;
    const age = () => store.sql(`update skald.breaker_orders set at = at - interval '1 hour'`);
    await orders.give(ORDER);
    await age();
    const [aged] = await orders.all();
    expect(aged!.at).toBeLessThan(lately());
    expect(await orders.give(ORDER)).toEqual(aged);
    for (const change of [{ by: 'admin' }, { reason: 'again' }, { state: 'forced-closed' }] as const) {
      const changed = await orders.give({ ...ORDER, ...change });
      expect(changed).toMatchObject(change);
      expect(changed!.at).toBeGreaterThan(lately());
      await orders.give(ORDER);
      await age();
    }
  });

  it('are only for participants that are there, and outlive them', async () => {
    expect(await orders.give(ORDER)).toBeNull();
    await participants.put('payment', SPEC);
    await orders.give(ORDER);
    await participants.delete('payment');
    expect(await orders.give({ ...ORDER, state: 'forced-closed' })).toBeNull();
    expect(await orders.all()).toMatchObject([{ participant: 'payment', state: 'forced-open' }]);
  });
});
