import { append, begin, OpenedStore, row } from '../../test/store/opened-store.js';
import type { Attention } from './entry.js';
import type { Journal } from './journal.js';
import { StuckGroups } from './stuck-groups.js';

jest.setTimeout(60_000);

describe('groups of stuck sagas', () => {
  let store: OpenedStore;
  let journal: Journal;
  let groups: StuckGroups;

  beforeAll(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
    groups = new StuckGroups(store.database);
  });
  afterAll(() => store.drop());

  const trouble: Attention = {
    ...{ kind: 'stuck', step: 'charge', participant: 'payment', operation: 'compensation', since: 5_000 },
    ...{ code: 'http-404', message: 'no such route', fingerprint: 'f1' },
  };

  async function inTrouble(definition: string, attention: Partial<Attention> = {}): Promise<string> {
    const id = await begin(journal, { fact: { definition } });
    const status = attention.kind === 'retrying' ? 'compensating' : 'stuck';
    const change = row({ status, due: null, parked: true, attention: { ...trouble, ...attention } });
    await journal.append(append(id, 2, { row: change }));
    return id;
  }

  it('are by cause, definition, step and operation, the biggest first, each with its oldest saga', async () => {
    await inTrouble('order');
    const oldest = await inTrouble('order', { since: 999, message: 'no such route /refunds' });
    await inTrouble('order', { since: 10_000 });
    const set = { step: null, participant: null, operation: null, code: 'set-aside', fingerprint: 'f2' };
    const aside = await inTrouble('order', { ...set, since: 7_000 });
    const other = await inTrouble('trip', { since: 6_000 });
    await inTrouble('order', { kind: 'retrying' });
    await begin(journal);

    expect(await groups.find()).toEqual([
      {
        ...{ fingerprint: 'f1', definition: 'order', step: 'charge', operation: 'compensation' },
        ...{ code: 'http-404', message: 'no such route /refunds', count: 3, oldest: 999, sample: oldest },
      },
      {
        ...{ fingerprint: 'f1', definition: 'trip', step: 'charge', operation: 'compensation' },
        ...{ code: 'http-404', message: 'no such route', count: 1, oldest: 6_000, sample: other },
      },
      {
        ...{ fingerprint: 'f2', definition: 'order', step: null, operation: null },
        ...{ code: 'set-aside', message: 'no such route', count: 1, oldest: 7_000, sample: aside },
      },
    ]);
    const counts = async (filter: object) => (await groups.find(filter)).map(({ count }) => count);
    expect(await counts({ definition: 'trip' })).toEqual([1]);
    expect(await counts({ participant: 'payment' })).toEqual([3, 1]);
    expect(await counts({ step: 'charge', definition: 'order' })).toEqual([3]);
    expect(await counts({ step: "o'reilly" })).toEqual([]);
    expect(await counts({ step: 'NUL \0' })).toEqual([]);
  });
});
