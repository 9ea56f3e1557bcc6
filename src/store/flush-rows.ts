import { arrayLiteral, quoted } from './array-literal.js';
import type { Part } from './flush-part.js';
import type { PendingAppend } from './pending.js';
import { storableJson } from './storable-json.js';

const WON = '(select append_id from written)';

export const started: Part = {
  letter: 's',
  name: 'started',
  sql: (p) => `started as (
    insert into skald.sagas
      (id, definition, version, status, seq, due_at, business_key, concurrency_key, tags, parent_id, root_id)
    select id, definition, version, 'running', 1, now() + ${p(0)}::int * interval '1 ms',
      business_key, concurrency_key, tags, parent_id, root_id
    from unnest(${p(1)}::bigint[], ${p(2)}::uuid[], ${p(3)}::text[], ${p(4)}::int[], ${p(5)}::text[], ${p(6)}::text[],
        ${p(7)}::jsonb[], ${p(8)}::uuid[], ${p(9)}::uuid[])
      as fresh (append_id, id, definition, version, business_key, concurrency_key, tags, parent_id, root_id)
    where (append_id in ${WON}) is true
  )`,
  values: ({ starts, lease }) => [
    String(lease),
    arrayLiteral(starts, (s) => s.appendId),
    arrayLiteral(starts, (s) => s.sagaId),
    arrayLiteral(starts, (s) => quoted(s.start.fact.definition)),
    arrayLiteral(starts, (s) => s.start.fact.version),
    arrayLiteral(starts, (s) => quoted(s.start.fact.businessKey)),
    arrayLiteral(starts, (s) => quoted(s.start.fact.concurrencyKey)),
    arrayLiteral(starts, (s) => (s.start.fact.tags ? quoted(JSON.stringify(s.start.fact.tags)) : null)),
    arrayLiteral(starts, (s) => s.start.fact.parent?.saga ?? null),
    arrayLiteral(starts, (s) => s.start.rootId),
  ],
};

/**
 * `due` −1: the lease from now. `was_parked` takes the old value, of the row as it is when it is locked. The bounds let
 * Postgres leave out the weeks that none of the sagas is in before it opens their tables: they hold for sorted changes.
 */
export const changed: Part = {
  letter: 'r',
  name: 'changed',
  sql: (p) => `changed as (
    update skald.sagas saga set
      seq = change.seq, status = change.status, paused = change.paused, parked = change.parked,
      was_parked = saga.parked, woken = saga.woken and not change.parked,
      due_at = case
        when change.due = -1 then now() + ${p(0)}::int * interval '1 ms'
        when saga.woken and change.parked and not change.paused and not change.finished then now()
        else to_timestamp(change.due / 1000.0) end,
      finished_at = case when change.finished then coalesce(saga.finished_at, date_trunc('milliseconds', now()))
        else saga.finished_at end,
      attention = change.attention,
      recoveries = 0
    from unnest(${p(1)}::bigint[], ${p(2)}::uuid[], ${p(3)}::int[], ${p(4)}::text[], ${p(5)}::bool[], ${p(6)}::bool[],
        ${p(7)}::bigint[], ${p(8)}::bool[], ${p(9)}::jsonb[])
      as change (append_id, id, seq, status, paused, parked, due, finished, attention)
    where saga.id = change.id and (change.append_id in ${WON}) is true
      and saga.id between ${p(10)}::uuid and ${p(11)}::uuid
    returning change.append_id, saga.was_parked
  )`,
  values: ({ changes, lease }) => [
    String(lease),
    arrayLiteral(changes, (c) => c.appendId),
    arrayLiteral(changes, (c) => c.sagaId),
    arrayLiteral(changes, (c) => c.seq),
    arrayLiteral(changes, (c) => c.append.row?.status ?? null),
    arrayLiteral(changes, (c) => c.append.row?.paused ?? null),
    arrayLiteral(changes, (c) => c.append.row?.parked ?? null),
    arrayLiteral(changes, (c) => dueValue(c.append.row?.due)),
    arrayLiteral(changes, (c) => c.append.row?.finished ?? null),
    arrayLiteral(changes, (c) => (c.append.row?.attention ? quoted(storableJson(c.append.row.attention)) : null)),
    changes[0]?.sagaId ?? '',
    changes.at(-1)?.sagaId ?? '',
  ],
};

function dueValue(due: number | null | 'lease' | undefined): number | null {
  if (due === 'lease') return -1;
  return due === null || due === undefined ? null : Math.ceil(due);
}

/** A saga that is being driven remembers the wake-up until it parks: its driver may have looked too early. */
export const woken: Part = {
  letter: 'w',
  name: 'woken',
  sql: (p) => `woken as (
    update skald.sagas saga set
      woken = not saga.parked, due_at = case when saga.parked then now() else saga.due_at end
    from unnest(${p(0)}::bigint[], ${p(1)}::uuid[]) as wake (append_id, id)
    where saga.id = wake.id and (wake.append_id in ${WON}) is true
      and saga.finished_at is null and not saga.paused
    returning wake.append_id
  )`,
  values: ({ entries }) => {
    const wakes = entries.flatMap((e) =>
      e.kind === 'append' ? (e.append.wake ?? []).map((id) => ({ appendId: e.appendId, id })) : [],
    );
    wakes.sort((a, b) => (a.id < b.id ? -1 : 1));
    return [arrayLiteral(wakes, (w) => w.appendId), arrayLiteral(wakes, (w) => w.id)];
  },
};

export const freed: Part = {
  letter: 'f',
  name: 'freed',
  sql: (p) => `freed as (
    delete from skald.concurrency_keys held
    using unnest(${p(0)}::bigint[], ${p(1)}::text[], ${p(2)}::uuid[]) as free (append_id, key, saga_id)
    where held.key = free.key and held.saga_id = free.saga_id and (free.append_id in ${WON}) is true
    returning free.append_id
  )`,
  values: ({ entries }) => {
    const frees = entries.filter(
      (e): e is PendingAppend => e.kind === 'append' && e.append.freeConcurrencyKey !== undefined,
    );
    return [
      arrayLiteral(frees, (f) => f.appendId),
      arrayLiteral(frees, (f) => quoted(f.append.freeConcurrencyKey)),
      arrayLiteral(frees, (f) => f.sagaId),
    ];
  },
};
