import { uuidv7obj } from 'uuidv7';
import { append, begin, COMPLETED, OpenedStore, row, start } from '../../test/store/opened-store.js';
import { firstIdAt, timeOfId } from './id-range.js';
import { keepUp } from './janitor.js';
import type { Journal } from './journal.js';
import { ensurePartitions, weekOf } from './partitions.js';
import { dropExpired } from './retention.js';

jest.setTimeout(60_000);

const DAY = 24 * 3_600_000;
const WEEK = 7 * DAY;

/** A UUIDv7 of that moment. */
const idAt = (ms: number): string => firstIdAt(ms).slice(0, 14) + uuidv7obj().toString().slice(14);

describe('partitions and retention', () => {
  let store: OpenedStore;
  let journal: Journal;
  const now = Date.now();
  const long = now - 20 * WEEK;
  beforeEach(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
    const run = (text: string) => store.sql(text);
    await ensurePartitions(run, 3, long);
  });
  afterEach(() => store.drop());

  const partitionOf = async (id: string) =>
    (
      await store.sql<{ sagas: string; journal: string }>(
        `select saga_table.relname as sagas, journal_table.relname as journal
         from skald.sagas saga join skald.journal entry on entry.saga_id = saga.id
           join pg_class saga_table on saga_table.oid = saga.tableoid
           join pg_class journal_table on journal_table.oid = entry.tableoid
         where saga.id = $1 limit 1`,
        [id],
      )
    )[0];
  const end = (id: string) => journal.append(append(id, 2, { row: COMPLETED }));
  const beginAt = (ms: number, rootId?: string) => {
    const sagaId = idAt(ms);
    return begin(journal, { sagaId, rootId: rootId ?? sagaId });
  };

  it('puts a saga and its journal into the week of its id, and what no week covers into the default one', async () => {
    const { begins, ends, name } = weekOf(now);
    for (const at of [begins, now, ends - 1]) {
      expect(await partitionOf(await beginAt(at))).toEqual({
        sagas: `sagas_${name}`,
        journal: `journal_${name}`,
      });
    }
    expect(await partitionOf(await beginAt(ends))).toMatchObject({ sagas: `sagas_${weekOf(ends).name}` });
    const stray = await beginAt(now - 300 * WEEK);
    expect(await partitionOf(stray)).toEqual({ sagas: 'sagas_default', journal: 'journal_default' });
    await end(stray);
    expect((await journal.read(stray))?.row.status).toBe('completed');
  });

  it('guards the rows of every week, however they are reached', async () => {
    const id = await beginAt(now);
    await end(id);
    const { name } = weekOf(now);
    await expect(store.sql(`update skald.journal_${name} set by = 'me'`)).rejects.toMatchObject({ code: 'SK002' });
    await expect(store.sql(`update skald.sagas_${name} set status = 'running'`)).rejects.toMatchObject({
      code: 'SK001',
    });
  });

  it('drops a week whose sagas have all ended, journals included, and nothing younger', async () => {
    const [old, next, young] = [await beginAt(long), await beginAt(long + WEEK), await beginAt(now)];
    await Promise.all([old, next, young].map(end));
    const verdicts = await dropExpired(store.database, weekOf(long).ends);
    expect(verdicts).toEqual([{ week: weekOf(long).name, dropped: true, because: expect.any(String) }]);
    expect(await journal.read(old)).toBeNull();
    expect(await store.sql('select from skald.journal where saga_id = $1', [old])).toEqual([]);
    expect(await journal.read(next)).not.toBeNull();
    expect(await journal.read(young)).not.toBeNull();
  });

  it.each(['running', 'compensating', 'stuck'] as const)(
    'never drops a week with a saga that is %s',
    async (status) => {
      const [open, ended] = [await beginAt(long), await beginAt(long)];
      await journal.append(append(open, 2, { row: row({ status, due: null, parked: true }) }));
      await end(ended);
      const kept = await dropExpired(store.database, now);
      expect(kept.find((verdict) => verdict.week === weekOf(long).name)?.dropped).toBe(false);
      expect(await journal.read(open)).not.toBeNull();
      expect(await journal.read(ended)).not.toBeNull();
      await journal.append(append(open, 3, { row: COMPLETED }));
      await dropExpired(store.database, now);
      expect(await journal.read(open)).toBeNull();
    },
  );

  it('keeps a finished child until its root has ended, wherever the root is', async () => {
    const root = await beginAt(now);
    const child = await beginAt(long, root);
    await end(child);
    await dropExpired(store.database, now);
    expect(await journal.read(child)).not.toBeNull();
    await end(root);
    const verdicts = await dropExpired(store.database, now);
    expect(verdicts.find((verdict) => verdict.week === weekOf(long).name)?.dropped).toBe(true);
    expect(await journal.read(child)).toBeNull();
  });

  it('goes on writing while it drops', async () => {
    await end(await beginAt(long));
    const ids: string[] = [];
    const work = { isDone: false };
    const writing = (async () => {
      while (!work.isDone) {
        const id = await begin(journal);
        await end(id);
        ids.push(id);
      }
    })();
    // A table in use is left for another time, and sooner or later it is dropped.
    const attempts = { left: 20 };
    while (attempts.left-- > 0 && (await dropExpired(store.database, now)).some((verdict) => !verdict.dropped));
    work.isDone = true;
    await writing;
    expect(await dropExpired(store.database, now)).toEqual([]);
    expect(await journal.readRows(ids)).toHaveLength(ids.length);
  });

  it('makes partitions for the weeks to come while sagas start, however often it is asked', async () => {
    const run = (text: string) => store.sql(text);
    const asking = Promise.all([ensurePartitions(run, 8), ensurePartitions(run, 8), ensurePartitions(run, 8)]);
    const ids = await Promise.all(Array.from({ length: 50 }, () => begin(journal)));
    expect(await asking).toEqual([[], [], []]);
    expect(await journal.readRows(ids)).toHaveLength(50);
    expect(await partitionOf(await beginAt(now + 8 * WEEK))).toMatchObject({
      sagas: `sagas_${weekOf(now + 8 * WEEK).name}`,
    });
  });

  it('leaves a week in the default partition that has begun there, and says so', async () => {
    const late = now + 30 * WEEK;
    const id = await beginAt(late);
    const failed = await ensurePartitions((text) => store.sql(text), 1, late);
    expect(failed).toEqual([weekOf(late)]);
    expect(await partitionOf(id)).toMatchObject({ sagas: 'sagas_default' });
    expect(await partitionOf(await beginAt(late + WEEK))).toMatchObject({
      sagas: `sagas_${weekOf(late + WEEK).name}`,
    });
  });

  it('is kept up by one process at a time', async () => {
    await end(await beginAt(long));
    const verdicts = await Promise.all([1, 2, 3].map(() => keepUp(store.database, 10 * WEEK)));
    const done = verdicts.flatMap((verdict) => verdict?.retention.filter((v) => v.dropped) ?? []);
    expect(done.map((v) => v.week)).toEqual([...new Set(done.map((v) => v.week))]);
    expect(done.map((v) => v.week)).toContain(weekOf(long).name);
    expect((await keepUp(store.database, null))?.retention).toEqual([]);
  });

  it('knows the time of an id', () => {
    expect(timeOfId(start({ sagaId: idAt(long) }).sagaId)).toBe(long);
    expect(firstIdAt(long) <= idAt(long) && idAt(long) < firstIdAt(long + 1)).toBe(true);
  });
});
