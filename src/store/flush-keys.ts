import { arrayLiteral, bytes, quoted, RECORD_SEPARATOR } from './array-literal.js';
import type { Flush, Part } from './flush-part.js';
import type { Pending } from './pending.js';

/** A start with an idempotency key claims it, unless another saga visibly holds its concurrency key. */
export const idempotency: Part = {
  letter: 'i',
  name: 'idempotency',
  sql: (p) => `idempotency as (
    insert into skald.idempotency_keys (scope, key_hash, fingerprint, saga_id)
    select scope, key_hash, fingerprint, saga_id
    from unnest(${p(0)}::text[], ${p(1)}::bytea[], ${p(2)}::bytea[], ${p(3)}::uuid[], ${p(4)}::text[])
      as wanted (scope, key_hash, fingerprint, saga_id, concurrency_key)
    where not exists (select from skald.concurrency_keys held where held.key = wanted.concurrency_key)
    on conflict do nothing
    returning saga_id
  )`,
  values: ({ starts }) => {
    const keyed = starts.filter((s) => s.start.idempotency);
    return [
      arrayLiteral(keyed, (s) => quoted(s.start.idempotency?.scope)),
      arrayLiteral(keyed, (s) => bytes(s.start.idempotency?.keyHash)),
      arrayLiteral(keyed, (s) => bytes(s.start.idempotency?.fingerprint)),
      arrayLiteral(keyed, (s) => s.sagaId),
      arrayLiteral(keyed, (s) => quoted(s.start.fact.concurrencyKey)),
    ];
  },
};

/** A start with a concurrency key claims it, provided that it has its idempotency key. */
export const concurrency: Part = {
  letter: 'c',
  name: 'concurrency',
  sql: (p) => `concurrency as (
    insert into skald.concurrency_keys (key, saga_id)
    select key, saga_id from unnest(${p(0)}::text[], ${p(1)}::uuid[], ${p(2)}::bool[]) as wanted (key, saga_id, keyed)
    where not keyed or (saga_id in (select saga_id from idempotency)) is true
    on conflict do nothing
    returning saga_id
  )`,
  // A rival took the concurrency key after this statement's snapshot: the idempotency key must not stay behind.
  check: (p) => `(select bool_or(skald.abandon_start())
    from unnest(${p(1)}::uuid[], ${p(2)}::bool[]) as wanted (saga_id, keyed)
    where keyed and (saga_id in (select saga_id from idempotency)) is true
      and (saga_id in (select saga_id from concurrency)) is not true)`,
  values: ({ starts }) => {
    const wanting = starts.filter((s) => s.start.fact.concurrencyKey !== undefined);
    return [
      arrayLiteral(wanting, (s) => quoted(s.start.fact.concurrencyKey)),
      arrayLiteral(wanting, (s) => s.sagaId),
      arrayLiteral(wanting, (s) => s.start.idempotency !== undefined),
    ];
  },
};

const entryColumns = (p: (n: number) => string): string => `
    unnest(${p(0)}::uuid[]), unnest(${p(1)}::int[]), unnest(${p(2)}::bigint[]), unnest(${p(3)}::text[]),
    unnest(string_to_array(${p(4)}::text, e'\\x1e'))`;

const entryValues = ({ entries }: Flush): string[] => [
  arrayLiteral(entries, (e) => e.sagaId),
  arrayLiteral(entries, (e) => e.seq),
  arrayLiteral(entries, (e) => e.appendId),
  arrayLiteral(entries, (e) => quoted(e.by)),
  entries.map((e) => e.facts).join(RECORD_SEPARATOR),
];

/** The journal. Its primary key is the fence. */
export const written: Part = {
  letter: '',
  name: 'written',
  sql: (p) => `written as (
    insert into skald.journal (saga_id, seq, append_id, by, facts)
    select saga_id, seq, append_id, by, facts::json
    from rows from (${entryColumns(p)}) as entry (saga_id, seq, append_id, by, facts)
    on conflict do nothing
    returning append_id, saga_id, seq
  )`,
  values: entryValues,
};

/** The same when some of the starts need keys first. `gate`: 0 none, 1 idempotency key, 2 concurrency key (which implies 1). */
export const writtenBehindKeys = (withConcurrency: boolean): Part => ({
  letter: '',
  name: 'written',
  sql: (p) => `written as (
    insert into skald.journal (saga_id, seq, append_id, by, facts)
    select saga_id, seq, append_id, by, facts::json
    from rows from (${entryColumns(p)}, unnest(${p(5)}::int[])) as entry (saga_id, seq, append_id, by, facts, gate)
    where gate = 0 or gate = 1 and (saga_id in (select saga_id from idempotency)) is true
      ${withConcurrency ? 'or gate = 2 and (saga_id in (select saga_id from concurrency)) is true' : ''}
    on conflict do nothing
    returning append_id, saga_id, seq
  )`,
  values: (flush) => [...entryValues(flush), arrayLiteral(flush.entries, gate)],
});

function gate(entry: Pending): 0 | 1 | 2 {
  if (entry.kind === 'append') return 0;
  if (entry.start.fact.concurrencyKey !== undefined) return 2;
  return entry.start.idempotency ? 1 : 0;
}
