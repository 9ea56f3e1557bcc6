import { createHash } from 'node:crypto';
import { OpenedStore } from '../../test/store/opened-store.js';
import { Definitions } from './definitions.js';
import { Participants } from './participants.js';
import { Settings } from './settings.js';

jest.setTimeout(60_000);

const source = (name: string, n: number) => ({
  name,
  steps: [{ name: 'one', path: `/v${n}`, text: 'NUL \0 {% x %}' }],
});
const hash = (document: object) => createHash('sha256').update(JSON.stringify(document)).digest('hex');

describe('what is set up once and read often', () => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await OpenedStore.open();
  });
  afterAll(() => store.drop());

  describe('definitions', () => {
    const put = (definitions: Definitions, name: string, n: number) =>
      definitions.put(source(name, n), hash(source(name, n)));

    it('get a version for new content, and the old one for content that was there before', async () => {
      const definitions = new Definitions(store.database);
      expect(await put(definitions, 'order', 1)).toEqual({ name: 'order', version: 1, created: true });
      expect(await put(definitions, 'order', 2)).toEqual({ name: 'order', version: 2, created: true });
      expect(await put(definitions, 'order', 1)).toEqual({ name: 'order', version: 1, created: false });
      expect((await definitions.get('order'))?.version).toBe(2);
      expect((await definitions.get('order', 1))?.source).toEqual(source('order', 1));
      expect(await definitions.get('order', 3)).toBeNull();
      expect(await definitions.get('nothing')).toBeNull();
    });

    it('are numbered without gaps when several processes store at once', async () => {
      const processes = [store.database, await store.another({}), await store.another({})].map(
        (d) => new Definitions(d),
      );
      const results = await Promise.all(Array.from({ length: 24 }, (_, i) => put(processes[i % 3]!, 'race', i % 8)));
      const created = results.filter((result) => result.created).map((result) => result.version);
      expect(created.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      for (let n = 0; n < 8; n++) {
        expect(new Set(results.filter((_, i) => i % 8 === n).map((result) => result.version)).size).toBe(1);
      }
    });

    it('reach other processes within a second, and this one at once', async () => {
      const [here, there] = [new Definitions(store.database), new Definitions(await store.another({}))];
      await put(here, 'live', 1);
      expect((await there.get('live'))?.version).toBe(1);
      await put(here, 'live', 2);
      expect((await here.get('live'))?.version).toBe(2);
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      expect((await there.get('live'))?.version).toBe(2);
    });

    it('are read from the database once per version', async () => {
      const definitions = new Definitions(store.database);
      await put(definitions, 'kept', 1);
      const first = await definitions.get('kept', 1);
      expect(await definitions.get('kept', 1)).toBe(first);
    });

    it('never change once they are stored', async () => {
      await put(new Definitions(store.database), 'fixed', 1);
      await expect(store.sql(`update skald.definitions set source = '{}'`)).rejects.toMatchObject({ code: 'SK003' });
      await expect(store.sql('delete from skald.definitions')).rejects.toMatchObject({ code: 'SK003' });
    });

    it('are listed by name, the latest version of each, page by page', async () => {
      const definitions = new Definitions(store.database);
      for (const name of ['list-b', 'list-a', 'list-c']) await put(definitions, name, 1);
      await put(definitions, 'list-a', 2);
      const names: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await definitions.list(2, cursor ?? undefined);
        names.push(...page.items.map((d) => `${d.name}@${d.version}`));
        cursor = page.nextCursor;
      } while (cursor);
      expect(names.filter((name) => name.startsWith('list-'))).toEqual(['list-a@2', 'list-b@1', 'list-c@1']);
      expect(names).toEqual([...new Set(names)].sort());
    });
  });

  describe('participants', () => {
    it('are put, replaced, listed and deleted; whoever follows hears of all of it', async () => {
      const [here, there] = [new Participants(store.database), new Participants(await store.another({}))];
      expect(await here.put('payment', { endpoints: [1] })).toMatchObject({ created: true, spec: { endpoints: [1] } });
      await here.put('inventory', { endpoints: [] });
      const seen = (await there.changedSince(0)).at(-1)!.revision;
      expect(await there.changedSince(seen)).toEqual([]);
      expect(await here.put('payment', { endpoints: [2] })).toMatchObject({ created: false });
      expect(await here.delete('inventory')).toBe(true);
      expect(await here.delete('inventory')).toBe(false);
      expect(await there.changedSince(seen)).toMatchObject([
        { name: 'payment', spec: { endpoints: [2] } },
        { name: 'inventory', spec: null },
      ]);
      expect(await there.get('inventory')).toBeNull();
      expect((await there.list(10)).items.map((p) => p.name)).toEqual(['payment']);
      expect(await here.put('inventory', {})).toMatchObject({ created: true });
      const page = await there.list(1);
      expect((await there.list(1, page.nextCursor!)).items.map((p) => p.name)).toEqual(['payment']);
    });

    it('never show a revision before the ones below it', async () => {
      const writers = [store.database, await store.another({})].map((d) => new Participants(d));
      const follower = new Participants(await store.another({}));
      const seen = new Set<number>();
      let last = Math.max(0, ...(await follower.changedSince(0)).map((change) => change.revision));
      const first = last;
      const work = { isDone: false };
      const following = (async () => {
        while (!work.isDone || last < first + 60) {
          for (const change of await follower.changedSince(last)) seen.add((last = change.revision));
        }
      })();
      await Promise.all(Array.from({ length: 60 }, (_, i) => writers[i % 2]!.put(`p${i}`, { i })));
      work.isDone = true;
      await following;
      expect(seen.size).toBe(60);
    });
  });

  it('makes a secret once, the same for every process', async () => {
    const databases = [store.database, await store.another({}), await store.another({})];
    const secrets = await Promise.all(databases.map((database) => new Settings(database).secret('callback')));
    expect(secrets[0]).toHaveLength(32);
    for (const secret of secrets) expect(secret.equals(secrets[0]!)).toBe(true);
    expect((await new Settings(store.database).secret('other')).equals(secrets[0]!)).toBe(false);
  });
});
