import { OpenedStore } from '../../test/store/opened-store.js';
import { sleep } from '../../test/support/waiting.js';
import { Database } from './database.js';
import { Leases } from './leases.js';

jest.setTimeout(60_000);

describe('leases', () => {
  let store: OpenedStore;
  let leases: Leases;
  beforeAll(async () => {
    store = await OpenedStore.open();
    leases = new Leases(store.database);
  });
  afterAll(() => store.drop());

  it('have one holder at a time, however many ask at once', async () => {
    const others = new Leases(await store.another({}));
    for (let turn = 0; turn < 20; turn++) {
      const asked = Array.from({ length: 16 }, (_, i) =>
        (i % 2 ? leases : others).take(`turn-${turn}`, `h${i}`, 5_000),
      );
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    }
  });

  it('pass when their time is over; the holder may prolong its own', async () => {
    expect(await leases.take('probe', 'a', 300)).toBe(true);
    expect(await leases.take('probe', 'b', 300)).toBe(false);
    expect(await leases.take('other', 'b', 300)).toBe(true);
    await sleep(200);
    expect(await leases.take('probe', 'a', 300)).toBe(true);
    await sleep(200);
    expect(await leases.take('probe', 'b', 300)).toBe(false);
    await sleep(150);
    expect(await leases.take('probe', 'b', 300)).toBe(true);
    expect(await leases.take('probe', 'a', 300)).toBe(false);
  });

  it('can be given back by their holder and by nobody else', async () => {
    await leases.take('mine', 'a', 60_000);
    await leases.release('mine', 'b');
    expect(await leases.take('mine', 'b', 60_000)).toBe(false);
    await leases.release('mine', 'a');
    expect(await leases.take('mine', 'b', 60_000)).toBe(true);
  });

  it('are refused with an error while Postgres is away: nobody may take that for a no', async () => {
    const nowhere = new Database({ url: 'postgres://nobody@127.0.0.1:9/nothing' });
    const taking = new Leases(nowhere).take('probe', 'a', 1_000);
    await expect(taking).rejects.toMatchObject({ code: 'store-unavailable' });
    await nowhere.close();
  });
});
