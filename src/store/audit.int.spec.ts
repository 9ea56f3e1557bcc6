import { append, begin, COMPLETED, OpenedStore, row } from '../../test/store/opened-store.js';
import { Audit, type AuditRecord } from './audit.js';
import { AuditTrail, type AuditEntry } from './audit-trail.js';
import type { Journal } from './journal.js';

jest.setTimeout(60_000);

describe('the audit trail', () => {
  let store: OpenedStore;
  let audit: Audit;
  let trail: AuditTrail;
  let journal: Journal;

  beforeEach(async () => {
    store = await OpenedStore.open();
    audit = new Audit(store.database);
    trail = new AuditTrail(store.database);
    journal = store.journal();
  });
  afterEach(() => store.drop());

  const record = (more: Partial<AuditRecord> = {}): AuditRecord => ({ actor: 'env:operator', action: 'a.b', ...more });
  const all = async (): Promise<AuditEntry[]> => {
    const entries: AuditEntry[] = [];
    for await (const entry of trail.all({})) entries.push(entry);
    return entries;
  };

  it('numbers its rows without gaps and chains them, however many write at once', async () => {
    const other = new Audit(await store.another({}));
    const saga = await begin(journal);
    const writing = Array.from({ length: 40 }, (_, i) => (i % 2 ? audit : other).write(record({ target: `t${i}` })));
    const appending = (async () => {
      for (let seq = 2; seq < 22; seq++) {
        await journal.append(append(saga, seq, { row: row(), audit: record({ saga, action: 'saga.pause' }) }));
      }
    })();
    await Promise.all([...writing, appending]);
    const entries = await all();
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).sort((a, b) => a - b));
    expect(new Set(entries.map(({ hash }) => hash)).size).toBe(60);
    expect(await trail.verify()).toEqual({ rows: 60, intact: true, brokenAt: null });
  });

  it('has a row for an order exactly when the journal has its entry, also when many are flushed at once', async () => {
    const sagas = await Promise.all(Array.from({ length: 30 }, () => begin(journal)));
    const rival = store.journal({}, await store.another({}));
    const outcomes = await Promise.all(
      sagas.flatMap((saga) =>
        [journal, rival].map((by, i) =>
          by.append(append(saga, 2, { row: COMPLETED, audit: record({ saga, target: `${i}` }) })),
        ),
      ),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(30);
    const entries = await all();
    expect(entries.map(({ saga }) => saga).sort()).toEqual([...sagas].sort());
    for (const [i, saga] of sagas.entries()) {
      const winner = outcomes[2 * i]!.outcome === 'appended' ? '0' : '1';
      expect(entries.find((entry) => entry.saga === saga)!.target).toBe(winner);
    }
  });

  it('keeps whatever a person may write, and no flush with others in it fails for it', async () => {
    const saga = await begin(journal);
    const reason = 'quotes " and \' and \\ and {,} and \n and \0 and \u{1F980} and \ud800';
    const before = { text: reason, list: [1.5, null, true] };
    await journal.append(append(saga, 2, { row: row(), audit: record({ saga, reason, before, requestId: '"' }) }));
    const [entry] = await all();
    const kept = reason.replace('\0', '\ufffd').replace('\ud800', '\ufffd');
    expect(entry).toMatchObject({ saga, reason: kept, before: { ...before, text: kept }, after: null, requestId: '"' });
  });

  it('can neither be changed nor emptied, by nobody', async () => {
    await audit.write(record());
    for (const change of [
      `update skald.audit set actor = 'somebody else'`,
      'delete from skald.audit',
      'truncate skald.audit',
    ]) {
      await expect(store.sql(change)).rejects.toThrow('the audit trail is append-only');
    }
  });

  const tampering: readonly [what: string, sql: string, brokenAt: number][] = [
    ['a row that was changed', `update skald.audit set reason = 'nothing' where seq = 3`, 3],
    ['a row that was taken out', 'delete from skald.audit where seq = 3', 4],
    ['an end that was cut off', 'delete from skald.audit where seq > 4', 5],
    ['a beginning that was cut off', 'delete from skald.audit where seq < 3', 3],
    [
      'a row that was changed together with its own hash',
      `update skald.audit entry set actor = 'x', hash = sha256(convert_to(skald.audit_text(
         (select row(changed.*)::skald.audit from (select seq, at, 'x', action, saga_id, target, reason, before, after, request_id, hash
           from skald.audit where seq = 3) as changed),
         (select hash from skald.audit where seq = 2)), 'UTF8')) where seq = 3`,
      4,
    ],
  ];
  it.each(tampering)('shows %s by an owner who has switched the protection off', async (_, sql, brokenAt) => {
    for (let i = 0; i < 6; i++) await audit.write(record({ reason: `${i}` }));
    expect((await trail.verify()).intact).toBe(true);
    await store.sql('alter table skald.audit disable trigger user');
    await store.sql(sql);
    expect(await trail.verify()).toMatchObject({ intact: false, brokenAt });
  });

  it('is narrowed by all that it holds, and paged newest first', async () => {
    const saga = await begin(journal);
    await audit.write(record({ action: 'participant.put', target: 'payment', actor: 'key:1' }));
    await journal.append(append(saga, 2, { row: row(), audit: record({ saga, action: 'saga.pause' }) }));
    await audit.write(record({ action: 'participant.delete', target: 'payment', actor: 'key:2' }));
    const found = async (filter: Parameters<AuditTrail['find']>[0]) =>
      (await trail.find(filter, 50)).items.map(({ seq }) => seq);
    expect(await found({})).toEqual([3, 2, 1]);
    expect(await found({ saga })).toEqual([2]);
    expect(await found({ actor: 'key:2' })).toEqual([3]);
    expect(await found({ action: 'participant.*' })).toEqual([3, 1]);
    expect(await found({ action: 'participant.put' })).toEqual([1]);
    expect(await found({ action: 'participant_*' })).toEqual([]);
    expect(await found({ target: 'payment', afterSeq: 1 })).toEqual([3]);
    expect(await found({ afterTime: Date.now() + 3_600_000 })).toEqual([]);
    const first = await trail.find({}, 2);
    expect(first.items.map(({ seq }) => seq)).toEqual([3, 2]);
    expect(await trail.find({}, 2, first.nextCursor!)).toMatchObject({ items: [{ seq: 1 }], nextCursor: null });
  });

  it('is written by a role that can do no more than that, under an owner of its own', async () => {
    const role = `writer_${store.url.split('/').at(-1)!.slice(-12)}`;
    await store.sql(`create role ${role}`);
    try {
      await store.sql(`grant usage on schema skald to ${role}`);
      await store.sql(`grant select, insert on skald.audit to ${role}`);
      const asWriter = (sql: string) =>
        store.database.source.transaction(async (manager) => {
          await manager.query(`set local role ${role}`);
          await manager.query(sql);
        });
      await asWriter(`insert into skald.audit (actor, action) values ('key:1', 'saga.retry')`);
      expect(await trail.verify()).toMatchObject({ rows: 1, intact: true });
      for (const sql of ['update skald.audit_end set seq = 0', 'alter table skald.audit disable trigger user']) {
        await expect(asWriter(sql)).rejects.toThrow(/permission denied|must be owner/);
      }
    } finally {
      await store.sql(`drop owned by ${role}`);
      await store.sql(`drop role ${role}`);
    }
  });
});
