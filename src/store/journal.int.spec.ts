import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { append, begin, COMPLETED, OpenedStore, row, start, tally } from '../../test/store/opened-store.js';
import { EntryRefused } from './errors.js';
import type { Journal } from './journal.js';

jest.setTimeout(60_000);

describe('the journal', () => {
  let store: OpenedStore;
  let journal: Journal;
  beforeAll(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
  });
  afterAll(() => store.drop());

  it('gives back what was appended: facts as they were, the row as it changed, times by the database', async () => {
    const input = { text: 'a "quoted"\nline \\ \u001e \0 \ud800 ü', deep: [[], {}, null, 1.5] };
    const id = await begin(journal, {
      fact: { input, businessKey: 'order "7", \\ {x}', tags: { tier: 'gold', 'a,b': '{"c"}' } },
    });
    const second = await journal.append(append(id, 2, { by: 'operator:eve "x"' }));
    const attention = {
      ...({ kind: 'retrying', step: 'charge', participant: 'payment', operation: 'action' } as const),
      ...{
        code: 'http-500',
        message: 'NUL \0 and half a pair \ud83d',
        fingerprint: 'abcdefabcdef',
        since: 1_700_000_000_123,
      },
    };
    const due = Math.floor(store.database.clock.now()) + 60_000;
    await journal.append(append(id, 3, { row: row({ status: 'compensating', parked: true, due, attention }) }));

    const record = await journal.read(id);

    expect(record?.entries.map(({ seq, by }) => [seq, by])).toEqual([
      [1, 'api'],
      [2, 'operator:eve "x"'],
      [3, 'engine'],
    ]);
    expect(record?.entries[0]?.facts).toEqual([expect.objectContaining({ type: 'saga-started', input })]);
    expect(second).toEqual({ outcome: 'appended', at: record?.entries[1]?.at, wasParked: false });
    expect(record?.row).toEqual({
      ...{
        id,
        definition: 'place-order',
        version: 1,
        status: 'compensating',
        paused: false,
        parked: true,
        seq: 3,
        due,
      },
      ...{
        startedAt: record?.entries[0]?.at,
        finishedAt: null,
        businessKey: 'order "7", \\ {x}',
        concurrencyKey: null,
      },
      ...{ tags: { tier: 'gold', 'a,b': '{"c"}' }, parentId: null, rootId: id, recoveries: 0 },
      attention: { ...attention, message: 'NUL \ufffd and half a pair \ufffd' },
    });
    expect((await journal.readRows([id, uuidv7(), 'no id']))[0]).toEqual(record?.row);
  });

  it('knows nothing of sagas that are not there, whatever they are called', async () => {
    const id = await begin(journal);
    const records = await Promise.all([journal.read(uuidv7()), journal.read(`' or true`), journal.read(id)]);
    expect(records.map((record) => record?.row.id)).toEqual([undefined, undefined, id]);
  });

  it('lets exactly one of many rivals write each number, and leaves no gap', async () => {
    const rivals = [journal, store.journal(), store.journal()];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ rival: fc.nat(2), seqs: fc.integer({ min: 1, max: 8 }) }), {
          minLength: 2,
          maxLength: 24,
        }),
        async (drivers) => {
          const id = await begin(journal);
          const outcomes = await Promise.all(
            drivers.map(async ({ rival, seqs }, n) => {
              const mine: number[] = [];
              // A driver goes on while it wins, like the engine does.
              for (let seq = 2; seq <= seqs + 1; seq++) {
                const change = n % 2 ? { row: row({ parked: n % 3 === 0 }) } : {};
                const { outcome } = await rivals[rival]!.append(append(id, seq, { by: `driver-${n}`, ...change }));
                if (outcome === 'appended') mine.push(seq);
              }
              return mine.map((seq) => [seq, `driver-${n}`] as const);
            }),
          );
          const won = outcomes.flat().sort(([a], [b]) => a - b);
          const stored = (await journal.read(id))?.entries.slice(1).map(({ seq, by }) => [seq, by]);
          expect(won).toEqual(stored);
          expect(won.map(([seq]) => seq)).toEqual(won.map((_, i) => i + 2));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('changes no row for an entry that lost', async () => {
    const id = await begin(journal);
    const outcomes = await Promise.all([
      journal.append(append(id, 2, { row: row({ parked: true, due: null }) })),
      journal.append(append(id, 2, { row: row({ status: 'compensating' }) })),
    ]);
    expect(tally(outcomes)).toEqual({ appended: 1, fenced: 1 });
    const winner = outcomes[0].outcome === 'appended' ? 'running' : 'compensating';
    expect((await journal.read(id))?.row.status).toBe(winner);
    expect(await journal.append(append(id, 2, { row: row({ status: 'stuck' }) }))).toEqual({ outcome: 'fenced' });
    expect((await journal.read(id))?.row.status).toBe(winner);
  });

  it('takes ids as people write them', async () => {
    const ids = await Promise.all(Array.from({ length: 9 }, () => begin(journal)));
    const written = ids.map((id, i) => (i % 2 ? id.toUpperCase() : id));
    await Promise.all(written.map((id) => journal.append(append(id, 2, { row: COMPLETED }))));
    const records = await Promise.all(written.map((id) => journal.read(id)));
    expect(records.map((record) => record?.row.status)).toEqual(ids.map(() => 'completed'));
  });

  it('tells whether the saga was asleep before the entry changed its row', async () => {
    const id = await begin(journal);
    const first = await journal.append(append(id, 2, { row: row({ parked: true, due: null }) }));
    const second = await journal.append(append(id, 3, { row: row({ parked: true, due: null }) }));
    const third = await journal.append(append(id, 4, { row: row() }));
    const fourth = await journal.append(append(id, 5, { row: row() }));
    expect([first, second, third, fourth]).toMatchObject([
      { wasParked: false },
      { wasParked: true },
      { wasParked: true },
      { wasParked: false },
    ]);
  });

  it('wakes other sagas in the same transaction: at once if they sleep, not at all if they are paused', async () => {
    const [asleep, driven, paused] = [await begin(journal), await begin(journal), await begin(journal)];
    await journal.append(append(asleep, 2, { row: row({ parked: true, due: null }) }));
    await journal.append(append(paused, 2, { row: row({ parked: true, paused: true, due: null }) }));
    const before = await journal.read(driven);
    const child = await begin(journal);
    await journal.append(append(child, 2, { wake: [asleep, driven, paused], row: COMPLETED }));
    expect((await journal.read(asleep))?.row.due).toBeLessThanOrEqual(store.database.clock.now() + 5);
    expect((await journal.read(driven))?.row.due).toBe(before?.row.due);
    expect((await journal.read(paused))?.row.due).toBeNull();
  });

  it('wakes a saga and appends to it at the same time without losing either', async () => {
    for (let n = 0; n < 20; n++) {
      const [parent, child] = [await begin(journal), await begin(journal)];
      await journal.append(append(parent, 2, { row: row({ parked: true, due: null }) }));
      const soon = Math.floor(store.database.clock.now()) + 60_000;
      await Promise.all([
        journal.append(append(child, 2, { wake: [parent] })),
        journal.append(append(parent, 3, { row: row({ parked: true, due: soon, status: 'compensating' }) })),
      ]);
      const record = await journal.read(parent);
      // One after the other in either order: the change is there, and the wake-up unless the change came later.
      expect(record?.row).toMatchObject({ seq: 3, status: 'compensating' });
      expect(record?.row.due).not.toBeNull();
    }
  });

  it('refuses alone what Postgres refuses, and stores its neighbours', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => begin(journal)));
    const poison = { ...start({ fact: { businessKey: 'NUL \0' } }) };
    const settled = await Promise.allSettled([
      ...ids.slice(0, 15).map((id) => journal.append(append(id, 2, { row: row() }))),
      journal.start(poison),
      journal.append(append('no uuid', 2)),
      journal.append(append(ids[0]!, 2_200_000_000)),
      ...ids.slice(15).map((id) => journal.append(append(id, 2))),
    ]);
    expect(settled.filter((s) => s.status === 'fulfilled')).toHaveLength(30);
    const refused = settled.filter((s) => s.status === 'rejected').map((s) => s.reason as unknown);
    expect(refused).toHaveLength(3);
    for (const reason of refused) expect(reason).toBeInstanceOf(EntryRefused);
    expect(await journal.read(poison.sagaId)).toBeNull();
  });

  it('never changes the status of a saga that has ended, and says so loudly', async () => {
    const id = await begin(journal);
    await journal.append(append(id, 2, { row: COMPLETED }));
    const late = journal.append(append(id, 3, { row: row({ status: 'compensating' }) }));
    await expect(late).rejects.toMatchObject({ code: 'entry-refused', cause: { code: 'SK001' } });
    const record = await journal.read(id);
    expect(record?.entries).toHaveLength(2);
    expect(record?.row.status).toBe('completed');
    const finishedAt = record?.row.finishedAt;
    // A late answer may still be noted, as long as the row does not change its mind.
    await journal.append(append(id, 3, { row: COMPLETED }));
    expect((await journal.read(id))?.row.finishedAt).toBe(finishedAt);
  });

  it.each([
    ['update', `update skald.journal set by = 'me' where saga_id = $1`, 'SK002'],
    ['delete', `delete from skald.journal where saga_id = $1`, 'SK002'],
    ['reopening', `update skald.sagas set status = 'running' where id = $1`, 'SK001'],
  ])('is protected in the database itself: %s', async (_, statement, code) => {
    const id = await begin(journal);
    await journal.append(append(id, 2, { row: COMPLETED }));
    await expect(store.sql(statement, [id])).rejects.toMatchObject({ driverError: { code } });
  });

  it('believes every writer when the fence is switched off, which the crash test must catch', async () => {
    const broken = store.journal({ fence: 'off' });
    const id = await begin(journal);
    const outcomes = [
      await broken.append(append(id, 2, { by: 'one' })),
      await broken.append(append(id, 2, { by: 'two' })),
    ];
    expect(tally(outcomes)).toEqual({ appended: 2 });
    expect((await journal.read(id))?.entries.map((entry) => entry.by)).toEqual(['api', 'one']);
  });

  it('writes what is queued before it closes', async () => {
    const other = store.journal();
    const ids = await Promise.all(Array.from({ length: 20 }, () => begin(journal)));
    const appends = ids.map((id) => other.append(append(id, 2)));
    await other.close();
    expect(tally(await Promise.all(appends))).toEqual({ appended: 20 });
  });
});
