import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { append, begin, COMPLETED, OpenedStore, row, start, tally } from '../../test/store/opened-store.js';
import { isCommitted, TcpProxy } from '../../test/support/tcp-proxy.js';
import type { Database } from './database.js';
import type { Journal } from './journal.js';

jest.setTimeout(60_000);

describe('the journal, when Postgres comes and goes', () => {
  let store: OpenedStore;
  let proxy: TcpProxy;
  let throughProxy: Database;
  let journal: Journal;

  beforeAll(async () => {
    store = await OpenedStore.open();
    const url = new URL(store.url);
    proxy = await TcpProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
    url.host = `${proxy.address.host}:${proxy.address.port}`;
    throughProxy = await store.another({ url: url.href });
    journal = store.journal({ patience: { start: 20_000, append: 20_000 } }, throughProxy);
  });
  afterAll(async () => {
    await store.drop();
    await proxy.refuse();
  });

  afterEach(() => {
    proxy.halfOpen = false;
    proxy.loseAnswersTo('', 0);
  });

  it('recognises its own entries when the answer to the commit was lost', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => begin(journal)));
    const fresh = start({
      idempotency: { scope: 's', keyHash: Buffer.from('k'), fingerprint: Buffer.from('f') },
      fact: { concurrencyKey: 'cart-1' },
    });
    const before = proxy.lost;
    proxy.loseAnswersTo('flush-', 3, isCommitted);
    const outcomes = await Promise.all([
      ...ids.map((id) => journal.append(append(id, 2, { row: COMPLETED }))),
      journal.start(fresh),
    ]);
    expect(proxy.lost).toBe(before + 3);
    expect(tally(outcomes)).toEqual({ appended: 20, started: 1 });
    for (const id of ids) {
      const record = await store.journal().read(id);
      expect(record?.entries).toHaveLength(2);
      expect(record?.row).toMatchObject({ status: 'completed', seq: 2 });
    }
    expect((await store.journal().read(fresh.sagaId))?.row.status).toBe('running');
  });

  it('still tells a rival from itself after a lost answer', async () => {
    const id = await begin(journal);
    await store.journal().append(append(id, 2, { by: 'rival' }));
    proxy.loseAnswersTo('flush-', 1, isCommitted);
    expect(await journal.append(append(id, 2))).toEqual({ outcome: 'fenced' });
  });

  it('loses nothing and doubles nothing while its connection is killed again and again under load', async () => {
    const killer = new Client({ connectionString: store.url });
    await killer.connect();
    let kills = 0;
    const work = { isDone: false };
    const killing = (async () => {
      while (!work.isDone && kills < 10) {
        await sleep(200);
        const { rowCount } = await killer.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'skald-flush' and datname = current_database()`,
        );
        kills += rowCount ?? 0;
      }
    })();
    const entries = 40;
    const ids = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const id = await begin(journal);
        for (let seq = 2; seq <= entries; seq++) {
          const outcome = await journal.append(append(id, seq, seq % 3 ? { row: row() } : {}));
          expect(outcome.outcome).toBe('appended');
        }
        return id;
      }),
    ).finally(async () => {
      work.isDone = true;
      await killing;
      await killer.end();
    });
    expect(kills).toBeGreaterThan(2);
    const stored = await store.sql<{ seqs: number[] }>(
      'select array_agg(seq order by seq) as seqs from skald.journal where saga_id = any($1) group by saga_id',
      [ids],
    );
    expect(stored).toHaveLength(64);
    for (const { seqs } of stored) expect(seqs).toEqual(Array.from({ length: entries }, (_, i) => i + 1));
  });

  it('goes on by itself when Postgres refuses connections for a while, or swallows everything', async () => {
    const id = await begin(journal);
    await proxy.refuse();
    const refused = journal.append(append(id, 2));
    await sleep(300);
    await proxy.listen();
    expect(await refused).toMatchObject({ outcome: 'appended' });

    proxy.halfOpen = true;
    const swallowed = journal.append(append(id, 3));
    await sleep(300);
    proxy.halfOpen = false;
    proxy.cut();
    expect(await swallowed).toMatchObject({ outcome: 'appended' });
  });

  it('gives up when patience is over, and says whether the entry may be stored all the same', async () => {
    const impatient = store.journal({ patience: { start: 400, append: 400 } }, throughProxy);
    const id = await begin(impatient);

    // Everything is carried out, and no answer arrives.
    proxy.loseAnswersTo('flush-', Infinity, isCommitted);
    await expect(impatient.append(append(id, 2))).rejects.toMatchObject({ code: 'store-unavailable', inDoubt: true });
    proxy.loseAnswersTo('flush-', 0);
    await proxy.refuse();
    // Nothing gets through.
    await sleep(20);
    const other = store.journal({ patience: { append: 400 } }, throughProxy);
    await expect(other.append(append(id, 3))).rejects.toMatchObject({ code: 'store-unavailable', inDoubt: false });
    await proxy.listen();
    // Time enough to come back. The one in doubt is there; the one given up before it was sent is not, nor comes later.
    await sleep(1_500);
    expect((await journal.read(id))?.entries).toHaveLength(2);
    await expect(journal.append(append(id, 3, { by: 'second try' }))).resolves.toMatchObject({ outcome: 'appended' });
    const record = await journal.read(id);
    expect(record?.entries.map(({ seq, by }) => [seq, by])).toEqual([
      [1, 'api'],
      [2, 'engine'],
      [3, 'second try'],
    ]);
  });

  it('lets the others pass when somebody keeps one row locked', async () => {
    const [locked, ...others] = await Promise.all(Array.from({ length: 20 }, () => begin(journal)));
    const holder = new Client({ connectionString: store.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from skald.sagas where id = $1 for update', [locked]);
    const blocked = journal.append(append(locked!, 2, { row: row() }));
    const asked = Date.now();
    const passed = await Promise.all(others.map((id) => journal.append(append(id, 2, { row: row() }))));
    expect(tally(passed)).toEqual({ appended: 19 });
    expect(Date.now() - asked).toBeLessThan(5_000);
    await holder.query('rollback');
    await holder.end();
    expect(await blocked).toMatchObject({ outcome: 'appended' });
  });

  it('never takes the process down when idle connections break', async () => {
    await journal.append(append(await begin(journal), 2));
    await Promise.all([throughProxy.answers(), throughProxy.answers(), throughProxy.coldQuery('select 1')]);
    proxy.cut();
    await sleep(50);
    expect(await throughProxy.answers()).toBe(true);
    expect(await throughProxy.coldQuery('select 1 as one')).toEqual([{ one: 1 }]);
    expect(await journal.append(append(await begin(journal), 2))).toMatchObject({ outcome: 'appended' });
  });
});
