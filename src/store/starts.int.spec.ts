import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { append, COMPLETED, OpenedStore, start, tally } from '../../test/store/opened-store.js';
import type { IdempotencyKey, Start } from './entry.js';
import { IdempotencyKeys } from './idempotency.js';
import type { Journal } from './journal.js';

jest.setTimeout(60_000);

const key = (): IdempotencyKey => ({
  scope: 'key "a", {b} \\',
  keyHash: randomBytes(32),
  fingerprint: Buffer.from([0, 0x5c, 0x22, 0xff]),
});

describe('starting sagas', () => {
  let store: OpenedStore;
  let journal: Journal;
  let others: Journal[];
  beforeAll(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
    others = [journal, store.journal(), store.journal()];
  });
  afterAll(() => store.drop());

  const everywhere = (starts: readonly Start[]) => Promise.all(starts.map((s, i) => others[i % 3]!.start(s)));
  const sagas = async (starts: readonly Start[]) =>
    (await journal.readRows(starts.map((s) => s.sagaId))).map((row) => row.id);

  it('starts one saga for fifty parallel requests with one key, and names it to all of them', async () => {
    const idempotency = key();
    const starts = Array.from({ length: 50 }, () => start({ idempotency }));
    const outcomes = await everywhere(starts);
    expect(tally(outcomes)).toEqual({ started: 1, replayed: 49 });
    const [winner] = await sagas(starts);
    expect(await sagas(starts)).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.outcome === 'replayed') expect(outcome.sagaId).toBe(winner);
    expect(await new IdempotencyKeys(store.database).find(idempotency.scope, idempotency.keyHash)).toEqual({
      sagaId: winner,
      fingerprint: idempotency.fingerprint,
    });
  });

  it('tells another body under the same key, and the same key of another caller', async () => {
    const idempotency = key();
    const first = start({ idempotency });
    await journal.start(first);
    const other = { ...idempotency, fingerprint: Buffer.from('other') };
    expect(await journal.start(start({ idempotency: other }))).toEqual({ outcome: 'other-body', sagaId: first.sagaId });
    expect(await journal.start(start({ idempotency: { ...other, scope: 'b' } }))).toMatchObject({ outcome: 'started' });
  });

  it('starts a saga once under its id', async () => {
    const child = start();
    expect(tally(await everywhere([child, child, child, child]))).toEqual({ started: 1, exists: 3 });
    expect(await journal.start(child)).toEqual({ outcome: 'exists' });
  });

  it('lets one saga hold a concurrency key until the entry that ends it', async () => {
    const starts = Array.from({ length: 12 }, () => start({ fact: { concurrencyKey: 'cart "7"' } }));
    const outcomes = await everywhere(starts);
    expect(tally(outcomes)).toEqual({ started: 1, 'key-busy': 11 });
    const [holder] = await sagas(starts);
    for (const outcome of outcomes) if (outcome.outcome === 'key-busy') expect(outcome.holder).toBe(holder);

    await journal.append(append(holder!, 2, { row: COMPLETED, freeConcurrencyKey: 'cart "7"' }));
    expect(await journal.start(start({ fact: { concurrencyKey: 'cart "7"' } }))).toMatchObject({ outcome: 'started' });
    // The first one can't give away what it does not hold any more.
    await journal.append(append(holder!, 3, { freeConcurrencyKey: 'cart "7"' }));
    expect(await journal.start(start({ fact: { concurrencyKey: 'cart "7"' } }))).toMatchObject({ outcome: 'key-busy' });
  });

  it('leaves no idempotency key behind when the concurrency key is busy, whatever the race', async () => {
    const keys = new IdempotencyKeys(store.database);
    for (let round = 0; round < 15; round++) {
      const concurrencyKey = `cart-${round}`;
      const wanted = Array.from({ length: 9 }, () => start({ idempotency: key(), fact: { concurrencyKey } }));
      // Each request comes three times, to different processes.
      const outcomes = await Promise.all(
        wanted.flatMap((s) => others.map((j) => j.start({ ...s, sagaId: start().sagaId, rootId: s.sagaId }))),
      );
      const counts = tally(outcomes);
      expect(counts).toEqual({ started: 1, replayed: 2, 'key-busy': 24 });
      const found = await Promise.all(wanted.map((s) => keys.find(s.idempotency!.scope, s.idempotency!.keyHash)));
      expect(found.filter(Boolean)).toHaveLength(1);
      const [held] = await store.sql<{ saga_id: string }>('select saga_id from skald.concurrency_keys where key = $1', [
        concurrencyKey,
      ]);
      expect(held?.saga_id).toBe(found.find(Boolean)?.sagaId);
    }
  });

  it('leaves none behind either when the rival for the concurrency key commits in the middle of the statement', async () => {
    const rival = new Client({ connectionString: store.url });
    await rival.connect();
    await rival.query('begin');
    await rival.query(`insert into skald.concurrency_keys values ('cart-x', $1)`, [uuidv7()]);
    const wanted = start({ idempotency: key(), fact: { concurrencyKey: 'cart-x' } });
    const starting = journal.start(wanted);
    await sleep(200);
    await rival.query('commit');
    await rival.end();
    expect(await starting).toMatchObject({ outcome: 'key-busy' });
    const keys = new IdempotencyKeys(store.database);
    expect(await keys.find(wanted.idempotency!.scope, wanted.idempotency!.keyHash)).toBeNull();
  });

  it('forgets old keys in small batches, and no others', async () => {
    const keys = new IdempotencyKeys(store.database);
    const [old, recent] = [key(), key()];
    await Promise.all([old, recent].map((idempotency) => journal.start(start({ idempotency }))));
    await store.sql(`update skald.idempotency_keys set created_at = now() - interval '49 h' where key_hash = $1`, [
      old.keyHash,
    ]);
    await store.sql(`insert into skald.idempotency_keys
      select 'bulk', decode(md5(n::text), 'hex'), '', gen_random_uuid(), now() - interval '50 h' from generate_series(1, 2500) n`);
    expect(await keys.forgetOld()).toBe(2_501);
    expect(await keys.find(old.scope, old.keyHash)).toBeNull();
    expect(await keys.find(recent.scope, recent.keyHash)).not.toBeNull();
  });
});
