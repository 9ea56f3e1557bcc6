import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { append, begin, OpenedStore, row } from '../../test/store/opened-store.js';
import type { Journal } from './journal.js';
import type { SagaFilter } from './saga-conditions.js';
import { SagaList } from './saga-list.js';
import type { SagaRow } from './saga-row.js';

jest.setTimeout(120_000);

const STATUSES = ['running', 'completed', 'compensating', 'compensated', 'stuck'] as const;
const NAMES = ['place-order', 'ship-order'];
const STEPS = ['reserve', 'charge', 'a "b"'];

describe('lists of sagas', () => {
  let store: OpenedStore;
  let journal: Journal;
  let list: SagaList;
  let all: SagaRow[];

  beforeAll(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
    list = new SagaList(store.database);
    const ids: string[] = [];
    for (let n = 0; n < 120; n++) ids.push(await beginOne(n));
    all = await journal.readRows(ids);
    all.sort((a, b) => (a.id < b.id ? 1 : -1));
  });
  afterAll(() => store.drop());

  async function beginOne(n: number): Promise<string> {
    const id = await begin(journal, {
      fact: {
        definition: NAMES[n % 2],
        version: 1 + (n % 3),
        ...(n % 4 ? { businessKey: `key-${n % 5}` } : {}),
        ...(n % 3 ? { tags: { tier: n % 2 ? 'gold' : 'blue', 'odd "key"': String(n % 2) } } : {}),
      },
    });
    const status = STATUSES[n % 5]!;
    const step = STEPS[n % 3]!;
    const attention = {
      ...({
        step,
        participant: `p-${n % 2}`,
        operation: 'action',
        code: 'http-500',
        message: 'x',
        since: 1_000 * (n % 7),
      } as const),
      ...({ kind: status === 'stuck' ? 'stuck' : 'retrying', fingerprint: `f${n % 4}` } as const),
    };
    const finished = status === 'completed' || status === 'compensated';
    await journal.append(
      append(id, 2, {
        row: row({
          status,
          finished,
          paused: n % 8 === 1 && !finished,
          due: null,
          attention: n % 2 && !finished ? attention : null,
        }),
      }),
    );
    // As if they had been started one second after the other.
    await store.sql(`update skald.sagas set started_at = started_at - (200 - $2::int) * interval '1 s' where id = $1`, [
      id,
      n,
    ]);
    return id;
  }

  /** What the filter means, without SQL. */
  const fits = (filter: SagaFilter) => (saga: SagaRow) =>
    (!filter.status || filter.status.includes(saga.status)) &&
    (filter.definition === undefined || saga.definition === filter.definition) &&
    (filter.version === undefined || saga.version === filter.version) &&
    (filter.businessKey === undefined || saga.businessKey === filter.businessKey) &&
    Object.entries(filter.tags ?? {}).every(([k, v]) => saga.tags?.[k] === v) &&
    (filter.step === undefined || saga.attention?.step === filter.step) &&
    (filter.participant === undefined || saga.attention?.participant === filter.participant) &&
    (filter.error === undefined || saga.attention?.fingerprint === filter.error) &&
    (filter.retrying === undefined || (saga.attention?.kind === 'retrying') === filter.retrying) &&
    (filter.paused === undefined || saga.paused === filter.paused) &&
    (filter.troubleBefore === undefined || (saga.attention?.since ?? Infinity) < filter.troubleBefore) &&
    (filter.startedAfter === undefined || saga.startedAt >= filter.startedAfter) &&
    (filter.startedBefore === undefined || saga.startedAt < filter.startedBefore);

  const filters = (): fc.Arbitrary<SagaFilter> => {
    const instant = fc.nat(all.length - 1).map((i) => all[i]!.startedAt);
    return fc.record(
      {
        status: fc.subarray([...STATUSES], { minLength: 1 }),
        definition: fc.constantFrom(...NAMES, `o'reilly`),
        version: fc.integer({ min: 1, max: 4 }),
        businessKey: fc.constantFrom('key-1', 'key-2', 'nobody', 'NUL \0'),
        tags: fc.constantFrom(
          { tier: 'gold' },
          { tier: 'blue', 'odd "key"': '0' },
          { 'odd "key"': '1' },
          { tier: 'x' },
        ),
        step: fc.constantFrom(...STEPS),
        participant: fc.constantFrom('p-0', 'p-1'),
        error: fc.constantFrom('f1', 'f3', 'f0'),
        retrying: fc.boolean(),
        paused: fc.boolean(),
        troubleBefore: fc.nat(7_000),
        startedAfter: instant,
        startedBefore: instant,
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<SagaFilter>;
  };

  it('shows through its pages exactly what fits the filter, newest first, each once', async () => {
    await fc.assert(
      fc.asyncProperty(filters(), fc.integer({ min: 1, max: 60 }), async (filter, limit) => {
        const seen: SagaRow[] = [];
        let cursor: string | undefined;
        do {
          const page = await list.find(filter, limit, cursor);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).toEqual(all.filter(fits(filter)));
      }),
      { numRuns: 60 },
    );
  });

  it('does not repeat or lose a saga when new ones come between two pages', async () => {
    const first = await list.find({}, 50);
    const late = await begin(journal);
    const second = await list.find({}, 100, first.nextCursor!);
    expect([...first.items, ...second.items].map((saga) => saga.id)).toEqual(all.map((saga) => saga.id));
    expect((await list.find({}, 1)).items[0]?.id).toBe(late);
  });

  it.each([
    'nonsense',
    '',
    Buffer.from(`' or true`).toString('base64url'),
    `${Buffer.from(uuidv7()).toString('base64url')}=`,
  ])('refuses a cursor that it did not give out: %p', async (cursor) => {
    await expect(list.find({}, 10, cursor)).rejects.toMatchObject({ code: 'bad-cursor' });
  });

  it('reads the journals of a page in the order of the page', async () => {
    const ids = [all[7]!.id, uuidv7(), all[3]!.id, 'no id', all[60]!.id];
    const records = await list.readMany(ids);
    expect(records.map((record) => record.row.id)).toEqual([ids[0], ids[2], ids[4]]);
    for (const { entries } of records) expect(entries.map((entry) => entry.seq)).toEqual([1, 2]);
  });
});
