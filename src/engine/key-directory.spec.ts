import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredKey } from '../store/api-keys.js';
import { StoreUnavailable } from '../store/errors.js';
import { eventually } from '../../test/support/waiting.js';
import { KeyDirectory } from './key-directory.js';

/** A table of keys in memory that counts who asks. */
class Table {
  rows: StoredKey[] = [];
  isAway = false;
  looks = 0;
  underWay = 0;
  atOnce = 0;
  noted: ReadonlyMap<string, number>[] = [];

  put(id: string, change: Partial<StoredKey> = {}): void {
    const revision = this.rows.length + 1;
    const key = { id, revokedAt: null, ...change, revision } as StoredKey;
    this.rows.push(key);
  }

  async changedSince(revision: number): Promise<StoredKey[]> {
    this.looks++;
    this.atOnce = Math.max(this.atOnce, ++this.underWay);
    const rows = this.rows.filter((row) => row.revision > revision);
    await sleep(5);
    this.underWay--;
    if (this.isAway) throw new StoreUnavailable(true);
    return rows;
  }

  async noteUses(uses: ReadonlyMap<string, number>): Promise<void> {
    await sleep(1);
    this.noted.push(new Map(uses));
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the directory of keys', () => {
  let table: Table;
  let directory: KeyDirectory;
  let now: number;

  beforeEach(() => {
    table = new Table();
    now = 1_000_000;
    directory = new KeyDirectory(table, () => now, silent, 10);
  });
  afterEach(() => directory.stop());

  it('answers for the keys that it knows without asking Postgres', async () => {
    table.put('a');
    await directory.start();
    directory.stop();
    const looks = table.looks;
    for (let i = 0; i < 1_000; i++) await directory.find('a');
    expect(table.looks).toBe(looks);
  });

  it('looks once for all that ask for unknown keys at the same time, and keeps none of them', async () => {
    await directory.refresh();
    const looks = table.looks;
    const found = await Promise.all(Array.from({ length: 10_000 }, (_, i) => directory.find(`random-${i}`)));
    expect(new Set(found)).toEqual(new Set([null]));
    expect(table.looks - looks).toBe(1);
  });

  it('looks at most every 100 ms, one look after the other, while a flood of unknown keys comes in', async () => {
    await directory.refresh();
    const [looks, began] = [table.looks, Date.now()];
    const flood = Array.from({ length: 20 }, async (_, i) => {
      for (let n = 0; n < 4; n++) await directory.find(`random-${i}-${n}`);
    });
    await Promise.all(flood);
    expect(table.looks - looks).toBeLessThanOrEqual((Date.now() - began) / 100 + 1);
    expect(table.atOnce).toBe(1);
  });

  it('finds a key that another process has made a moment ago, also while a look is under way', async () => {
    await directory.refresh();
    const before = directory.find('b');
    await sleep(Math.random() * 120);
    table.put('b');
    await expect(directory.find('b')).resolves.toMatchObject({ id: 'b' });
    await before;
  });

  it('hears of a key that another process has revoked, without being asked', async () => {
    table.put('a');
    await directory.start();
    table.put('a', { revokedAt: 1 });
    await eventually('it is heard', async () => (await directory.find('a'))?.revokedAt === 1);
    expect(directory.isEmpty).toBe(false);
  });

  it('is empty until the first key, and never again', async () => {
    await directory.refresh();
    expect(directory.isEmpty).toBe(true);
    table.put('a', { revokedAt: 1 });
    await directory.refresh();
    expect(directory.isEmpty).toBe(false);
  });

  it('goes on with what it knows while Postgres is away, and says of the rest that it can not tell', async () => {
    table.put('a');
    await directory.refresh();
    table.isAway = true;
    await expect(directory.find('a')).resolves.toMatchObject({ id: 'a' });
    await expect(directory.find('b')).rejects.toThrow(StoreUnavailable);
    table.isAway = false;
    await expect(directory.find('b')).resolves.toBeNull();
  });

  it('trusts nothing that it knows any more when Postgres has been away for five minutes', async () => {
    table.put('a');
    await directory.refresh();
    table.isAway = true;
    const began = performance.now();
    const monotonic = jest.spyOn(performance, 'now');
    try {
      monotonic.mockImplementation(() => began + 299_000);
      await expect(directory.find('a')).resolves.toMatchObject({ id: 'a' });
      monotonic.mockImplementation(() => began + 300_001);
      await expect(directory.find('a')).rejects.toThrow(StoreUnavailable);
      table.isAway = false;
      await expect(directory.find('a')).resolves.toMatchObject({ id: 'a' });
    } finally {
      monotonic.mockRestore();
    }
  });

  it('notes uses off to the side, once a minute for each key', async () => {
    table.put('a');
    await directory.start();
    directory.noteUse('a');
    await eventually('the use is noted', () => table.noted.length === 1);
    now += 59_999;
    directory.noteUse('a');
    const { looks } = table;
    await eventually('another round', () => table.looks >= looks + 2);
    expect(table.noted).toHaveLength(1);
    now += 1;
    directory.noteUse('a');
    await eventually('the use is noted again', () => table.noted.length === 2);
    expect(table.noted).toEqual([new Map([['a', 1_000_000]]), new Map([['a', now]])]);
  });
});
