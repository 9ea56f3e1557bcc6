import { setTimeout as sleep } from 'node:timers/promises';
import { append, begin, COMPLETED, OpenedStore, row } from '../../test/store/opened-store.js';
import type { Journal } from './journal.js';
import { type Claimed, Sagas } from './sagas.js';

jest.setTimeout(60_000);

const LEASE = 10_000;
const idsOf = (claimed: readonly Claimed[]) => claimed.map((c) => c.id);
const asleep = (due: number | null) => row({ parked: true, due });

describe('who drives which saga', () => {
  let store: OpenedStore;
  let journal: Journal;
  let sagas: Sagas;
  beforeEach(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
    sagas = new Sagas(store.database);
  });
  afterEach(() => store.drop());

  const now = () => Math.floor(store.database.clock.now());
  const rowOf = async (id: string) => (await journal.readRows([id]))[0];
  /** As if so many ms had passed. */
  const age = (id: string, ms: number) =>
    store.sql(`update skald.sagas set due_at = due_at - $2::int * interval '1 ms' where id = $1`, [id, ms]);

  it('lets a hint take over a saga that is asleep and due, or whose driver has been silent for a while', async () => {
    const [driven, silent, due, early, endless, paused, stuck, branching, ended] = await Promise.all(
      Array.from({ length: 9 }, () => begin(journal)),
    );
    await Promise.all([
      journal.append(append(due!, 2, { row: asleep(now() - 1) })),
      journal.append(append(early!, 2, { row: asleep(now() + 5_000) })),
      journal.append(append(endless!, 2, { row: asleep(null) })),
      journal.append(append(paused!, 2, { row: row({ paused: true, parked: true, due: now() - 1 }) })),
      journal.append(append(stuck!, 2, { row: row({ status: 'stuck', parked: true, due: null }) })),
      // One of its branches is stuck, another goes on.
      journal.append(append(branching!, 2, { row: row({ status: 'stuck', parked: true, due: now() - 1 }) })),
      journal.append(append(ended!, 2, { row: COMPLETED })),
      age(silent!, LEASE / 2),
    ]);
    const all = [driven, silent, due, early, endless, paused, stuck, branching, ended].map((id) => id!);
    expect(idsOf(await sagas.claim(all, LEASE)).sort()).toEqual([silent!, due!, branching!].sort());
    expect(await rowOf(due!)).toMatchObject({ parked: false, recoveries: 0 });
    expect(await rowOf(silent!)).toMatchObject({ parked: false, recoveries: 1 });
    expect(Math.abs((await rowOf(due!))!.due! - now() - LEASE)).toBeLessThan(1_000);
    expect(await sagas.claim(all, LEASE)).toEqual([]);
  });

  it('sweeps what is due, the longest overdue first, and counts takeovers until the saga moves on', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => begin(journal)));
    for (const [i, id] of ids.entries()) await age(id, LEASE + 1_000 * (i + 1));
    await journal.append(append(ids[0]!, 2, { row: asleep(now() - 60_000) }));
    const first = await sagas.claimDue(3, LEASE);
    expect(new Set(first.map((c) => c.id))).toEqual(new Set([ids[0], ids[5], ids[4]]));
    expect(first.find((c) => c.id === ids[0])).toMatchObject({ wasParked: true, recoveries: 0 });
    expect(first.find((c) => c.id === ids[5])).toMatchObject({ wasParked: false, recoveries: 1 });
    expect(await sagas.claimDue(10, LEASE)).toHaveLength(3);

    await age(ids[5]!, LEASE);
    expect(await sagas.claimDue(10, LEASE)).toEqual([{ id: ids[5], wasParked: false, recoveries: 2 }]);
    await journal.append(append(ids[5]!, 2, { row: asleep(now() - 1) }));
    expect(await sagas.claimDue(10, LEASE)).toEqual([{ id: ids[5], wasParked: true, recoveries: 0 }]);
  });

  it('never gives one saga to two processes that sweep, claim and append at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 300 }, () => begin(journal)));
    await store.sql(`update skald.sagas set due_at = now() - interval '1 s', parked = true`);
    const other = new Sagas(await store.another({}));
    const taken: string[] = [];
    const sweep = async (who: Sagas) => {
      for (;;) {
        const claimed = await who.claimDue(7, LEASE);
        taken.push(...idsOf(claimed));
        if (claimed.length === 0) return;
      }
    };
    const hints = async (who: Sagas) => {
      for (let i = 0; i < ids.length; i += 20) taken.push(...idsOf(await who.claim(ids.slice(i, i + 20), LEASE)));
    };
    await Promise.all([sweep(sagas), sweep(other), hints(sagas), hints(other)]);
    // What a sweep passed over because it was locked comes with the next one.
    await sweep(sagas);
    expect(taken.sort()).toEqual([...ids].sort());
  });

  it('puts a saga to sleep without an entry, unless something has happened to it meanwhile', async () => {
    const [quiet, disturbed, paused] = await Promise.all(Array.from({ length: 3 }, () => begin(journal)));
    await journal.append(append(disturbed!, 2, { row: row() }));
    await journal.append(append(paused!, 2, { row: row({ paused: true, parked: true, due: null }) }));
    expect(await sagas.park(quiet!, 1, asleep(now() + 5_000))).toBe(true);
    expect(await sagas.park(disturbed!, 1, asleep(null))).toBe(false);
    expect(await sagas.park(disturbed!, 2, asleep(null))).toBe(true);
    expect(await sagas.park(paused!, 2, asleep(now()))).toBe(false);
    expect(await rowOf(quiet!)).toMatchObject({ parked: true, seq: 1 });
    expect(await rowOf(disturbed!)).toMatchObject({ parked: true, due: null });
  });

  it.each([
    ['with an entry', (id: string) => journal.append(append(id, 2, { row: asleep(null) }))],
    ['given back', (id: string) => sagas.release(id, 60_000, true)],
  ])('remembers a wake-up that came while the saga was driven, until it parks: %s', async (_, park) => {
    const [parent, child] = await Promise.all([begin(journal), begin(journal)]);
    await journal.append(append(child, 2, { wake: [parent], row: COMPLETED }));
    expect(idsOf(await sagas.claimDue(10, LEASE))).toEqual([]);
    await park(parent);
    expect(await sagas.claimDue(10, LEASE)).toEqual([{ id: parent, wasParked: true, recoveries: 0 }]);
    expect(await sagas.park(parent, 2, asleep(null))).toBe(true);
    expect(idsOf(await sagas.claimDue(10, LEASE))).toEqual([]);
  });

  it('does not put a saga to sleep that was woken since its driver looked', async () => {
    const [parent, child] = await Promise.all([begin(journal), begin(journal)]);
    await journal.append(append(child, 2, { wake: [parent], row: COMPLETED }));
    expect(await sagas.park(parent, 1, asleep(null))).toBe(false);
    expect(await rowOf(parent)).toMatchObject({ parked: false });
    expect(await sagas.park(parent, 1, asleep(null))).toBe(true);
    expect(await rowOf(parent)).toMatchObject({ parked: true, due: null });
  });

  it('extends the lease of what is still driven, and says what else was written meanwhile', async () => {
    const [mine, parked, ended] = await Promise.all(Array.from({ length: 3 }, () => begin(journal)));
    await journal.append(append(mine!, 2, { row: row() }));
    await journal.append(append(parked!, 2, { row: asleep(null) }));
    await journal.append(append(ended!, 2, { row: COMPLETED }));
    await age(mine!, LEASE);
    expect(await sagas.extend([mine!, parked!, ended!], LEASE)).toEqual([{ id: mine, seq: 2 }]);
    expect(await sagas.claimDue(10, LEASE)).toEqual([]);
  });

  it('makes a saga due whose wake-up got lost, and gives one back', async () => {
    const [lost, given, driven] = await Promise.all(Array.from({ length: 3 }, () => begin(journal)));
    await journal.append(append(lost!, 2, { row: asleep(now() + 60_000) }));
    await sagas.makeDue([lost!]);
    await sagas.release(given!, 0, true);
    await sagas.release(driven!, 50, false);
    await sleep(60);
    const claimed = await sagas.claimDue(10, LEASE);
    expect(new Map(claimed.map((c) => [c.id, c.wasParked]))).toEqual(
      new Map([
        [lost, true],
        [given, true],
        [driven, false],
      ]),
    );
  });

  it('sets a saga aside that breaks its drivers, even while one of them keeps appending', async () => {
    const id = await begin(journal);
    const error = { code: 'cannot-drive', message: 'boom', fingerprint: '0123456789ab' };
    const appending = (async () => {
      for (let seq = 2; seq < 12; seq++) await journal.append(append(id, seq));
    })();
    expect(await sagas.setAside(id, error)).toBe(true);
    await appending;
    const record = await journal.read(id);
    expect(record?.row).toMatchObject({ status: 'stuck', due: null, attention: { kind: 'stuck', ...error } });
    expect(record?.entries.flatMap((entry) => entry.facts)).toContainEqual({ type: 'saga-set-aside', error });
    expect(record?.entries.map((entry) => entry.seq)).toEqual(record?.entries.map((_, i) => i + 1));
    expect(await sagas.setAside(id, error)).toBe(false);
    expect(await sagas.claimDue(10, LEASE)).toEqual([]);
  });

  it('counts what is open and what is overdue', async () => {
    const ids = await Promise.all(Array.from({ length: 9 }, () => begin(journal)));
    const change = (i: number, change: ReturnType<typeof row>) => journal.append(append(ids[i]!, 2, { row: change }));
    await Promise.all([
      change(0, COMPLETED),
      change(1, row({ status: 'compensated', due: null, finished: true })),
      change(2, row({ status: 'stuck', parked: true, due: null })),
      change(3, row({ status: 'compensating', parked: true, due: now() - 5_000 })),
      change(4, row({ parked: true, due: now() - 1_000 })),
      change(5, row({ parked: true, due: null })),
    ]);
    const stats = await sagas.stats();
    expect(stats).toMatchObject({ open: { running: 5, compensating: 1, stuck: 1 }, dueBacklog: 2 });
    expect(Math.abs(stats.oldestDueAge - 5_000)).toBeLessThan(1_500);
  });
});
