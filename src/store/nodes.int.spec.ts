import { OpenedStore } from '../../test/store/opened-store.js';
import { BreakerOrders } from './breaker-orders.js';
import { Nodes } from './nodes.js';
import { Participants } from './participants.js';

jest.setTimeout(60_000);

describe('the processes of one installation', () => {
  let store: OpenedStore;
  let nodes: Nodes;
  beforeAll(async () => {
    store = await OpenedStore.open();
    nodes = new Nodes(store.database);
  });
  beforeEach(() => store.sql('truncate skald.nodes'));
  afterAll(() => store.drop());

  const silentFor = (node: string, interval: string) =>
    store.sql(`update skald.nodes set seen_at = now() - $2::interval where node = $1`, [node, interval]);
  const namesOf = (live: readonly { readonly node: string }[]) => live.map(({ node }) => node).sort();
  const rows = async () => namesOf(await store.sql<{ node: string }>('select node from skald.nodes'));

  it('hear what the others have told last, and how long ago; never themselves', async () => {
    await nodes.round('a', '{"says":1}');
    await nodes.round('a', '{"says":2}');
    await silentFor('a', '2 seconds');
    const { others } = await nodes.round('b', '{"says":3}');
    expect(others).toEqual([{ node: 'a', age: expect.any(Number), report: { says: 2 } }]);
    expect(others[0]!.age).toBeGreaterThan(1_999);
    expect(others[0]!.age).toBeLessThan(4_000);
    expect(await nodes.live()).toEqual([
      { node: 'a', age: expect.any(Number), report: { says: 2 } },
      { node: 'b', age: expect.any(Number), report: { says: 3 } },
    ]);
  });

  it('may listen without a word, and are not heard of then', async () => {
    await nodes.round('a', '{}');
    expect(namesOf((await nodes.round('listener', null)).others)).toEqual(['a']);
    expect(namesOf((await nodes.round('a', '{}')).others)).toEqual([]);
  });

  it('take whoever was silent for five seconds for dead, forget the dead after a minute, and let them come back', async () => {
    for (const node of ['quiet', 'dead', 'sleeper']) await nodes.round(node, '{}');
    await silentFor('quiet', '6 seconds');
    await silentFor('dead', '61 seconds');
    await silentFor('sleeper', '61 seconds');
    expect((await nodes.round('sleeper', '{}')).others).toEqual([]);
    expect(namesOf(await nodes.live())).toEqual(['sleeper']);
    expect(await rows()).toEqual(['quiet', 'sleeper']);
    expect(namesOf((await nodes.round('dead', '{}')).others)).toEqual(['sleeper']);
  });

  it('never wait for each other, many at once that forget the same dead', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const other = new Nodes(await store.another({}));
    for (let turn = 0; turn < 10; turn++) {
      await Promise.all(names.map((node) => nodes.round(node, '{}')));
      await store.sql(`update skald.nodes set seen_at = now() - interval '2 minutes'`);
      // Each comes back while the others bury it.
      await Promise.all(names.map((node, i) => (i % 2 ? nodes : other).round(node, '{}')));
      await Promise.all(names.map((node) => nodes.round(node, '{}')));
      expect(namesOf(await nodes.live())).toEqual([...names].sort());
    }
  });

  it('leave the dead to whoever is burying them, and do not wait', async () => {
    await nodes.round('dead', '{}');
    await silentFor('dead', '2 minutes');
    await store.database.source.transaction(async (manager) => {
      await manager.query(`select from skald.nodes where node = 'dead' for update`);
      const before = performance.now();
      await nodes.round('a', '{}');
      expect(performance.now() - before).toBeLessThan(900); // the lock time-out is 1 s
    });
    expect(await rows()).toEqual(['a', 'dead']);
  });

  it('are gone at once when they take their leave', async () => {
    await nodes.round('a', '{}');
    await nodes.forget('a');
    expect((await nodes.round('b', '{}')).others).toEqual([]);
  });

  it('hear of all orders about breakers in the same round', async () => {
    const participants = new Participants(store.database);
    const orders = new BreakerOrders(store.database);
    const spec = { endpoints: ['http://127.0.0.1:9'] };
    await participants.put('constructor', spec);
    await participants.put('payment', spec);
    expect((await nodes.round('a', '{}')).orders).toEqual({});
    await orders.give({ participant: 'constructor', state: 'forced-open', reason: 'drill', by: 'operator' });
    await orders.give({ participant: 'payment', state: 'forced-closed', reason: 'drill', by: 'operator' });
    const heard = Object.entries((await nodes.round('a', '{}')).orders).sort();
    expect(heard).toEqual([
      ['constructor', 'forced-open'],
      ['payment', 'forced-closed'],
    ]);
    await orders.lift('constructor');
    expect(Object.entries((await nodes.round('a', null)).orders)).toEqual([['payment', 'forced-closed']]);
  });
});
