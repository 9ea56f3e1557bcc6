import { append, begin, OpenedStore, start, tally } from '../../test/store/opened-store.js';

jest.setTimeout(60_000);

describe('the group commit', () => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await OpenedStore.open();
  });
  afterAll(() => store.drop());

  it('carries a thousand concurrent entries in a handful of statements', async () => {
    const flushes: number[] = [];
    const journal = store.journal({ observer: { flushed: (_, rows) => flushes.push(rows), fenced: () => {} } });
    const starts = Array.from({ length: 1_000 }, () => start());
    expect(tally(await Promise.all(starts.map((s) => journal.start(s))))).toEqual({ started: 1_000 });
    expect(tally(await Promise.all(starts.map((s) => journal.append(append(s.sagaId, 2)))))).toEqual({
      appended: 1_000,
    });
    expect(flushes.length).toBeLessThanOrEqual(6);
    expect(flushes.reduce((sum, rows) => sum + rows)).toBe(2_000);
    expect(Math.max(...flushes)).toBeLessThanOrEqual(512);
  });

  it('bounds a flush by size as well, and still carries an entry that is larger than the bound', async () => {
    const flushes: number[] = [];
    const journal = store.journal({ observer: { flushed: (_, rows) => flushes.push(rows), fenced: () => {} } });
    const megabytes = (n: number) => start({ fact: { input: 'x'.repeat(n * 1024 * 1024) } });
    await Promise.all([megabytes(2), megabytes(1), megabytes(3), megabytes(6)].map((s) => journal.start(s)));
    expect(flushes).toEqual([2, 1, 1]);
  });

  it('tells its observer how many entries lost', async () => {
    let fenced = 0;
    const journal = store.journal({ observer: { flushed: () => {}, fenced: (n) => (fenced += n) } });
    const id = await begin(journal);
    await Promise.all(Array.from({ length: 5 }, () => journal.append(append(id, 2))));
    expect(fenced).toBe(4);
  });

  it('works without prepared statements and session settings, as PgBouncer in transaction mode demands', async () => {
    const database = await store.another({ preparedStatements: false });
    const journal = store.journal({}, database);
    const ids = await Promise.all(Array.from({ length: 50 }, () => begin(journal)));
    await Promise.all(ids.map((id) => journal.append(append(id, 2))));
    expect((await journal.read(ids[7]!))?.entries).toHaveLength(2);
    const [{ count } = { count: -1 }] = await database.query<{ count: number }>(
      { name: 'prepared', text: 'select count(*)::int as count from pg_prepared_statements' },
      [],
    );
    expect(count).toBe(0);
  });

  it('reads the clock of the database, not that of the machine', async () => {
    const real = Date.now;
    try {
      const database = await store.another({});
      Date.now = () => real() + 600_000;
      const journal = store.journal({}, database);
      await begin(journal);
      expect(Math.abs(database.clock.now() - real())).toBeLessThan(50);
    } finally {
      Date.now = real;
    }
  });
});
