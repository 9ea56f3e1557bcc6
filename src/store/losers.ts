import { arrayLiteral, bytes, quoted } from './array-literal.js';
import type { Statement } from './database.js';
import type { Pending } from './pending.js';
import type { Writer } from './writer.js';

/** What stands where an entry wanted to go. */
export interface Trace {
  /** Who wrote this number of this saga's journal, if anybody did. */
  readonly appendId: number | null;
  readonly at: number | null;
  /** The saga that was started with the start's idempotency key. */
  readonly keyOwner: string | null;
  readonly sameBody: boolean;
  /** The saga that has the start's concurrency key. */
  readonly holder: string | null;
}

/** A second statement, because the first one's snapshot is older than the rival that it lost to. */
const LOOK_UP: Statement = {
  name: 'losers',
  text: `
    select written.append_id::float8, (extract(epoch from written.at) * 1000)::float8,
      used.saga_id, used.fingerprint = loser.fingerprint, held.saga_id
    from unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[], $5::bytea[], $6::text[]) with ordinality
      as loser (saga_id, seq, scope, key_hash, fingerprint, concurrency_key, position)
    left join skald.journal written on written.saga_id = loser.saga_id and written.seq = loser.seq
    left join skald.idempotency_keys used on used.scope = loser.scope and used.key_hash = loser.key_hash
    left join skald.concurrency_keys held on held.key = loser.concurrency_key
    order by position`,
};

/** In the order of the entries. */
export async function lookUp(entries: readonly Pending[], writer: Writer): Promise<Trace[]> {
  const start = (e: Pending) => (e.kind === 'start' ? e.start : undefined);
  const rows = await writer.run(LOOK_UP, [
    arrayLiteral(entries, (e) => e.sagaId),
    arrayLiteral(entries, (e) => e.seq),
    arrayLiteral(entries, (e) => quoted(start(e)?.idempotency?.scope)),
    arrayLiteral(entries, (e) => bytes(start(e)?.idempotency?.keyHash)),
    arrayLiteral(entries, (e) => bytes(start(e)?.idempotency?.fingerprint)),
    arrayLiteral(entries, (e) => quoted(start(e)?.fact.concurrencyKey)),
  ]);
  return rows.map((row) => {
    const [appendId, at, keyOwner, sameBody, holder] = row as [
      number | null,
      number | null,
      string | null,
      boolean | null,
      string | null,
    ];
    return { appendId, at, keyOwner, sameBody: sameBody === true, holder };
  });
}

const FREE_ROWS: Statement = {
  name: 'free-rows',
  text: `select saga.id from unnest($1::uuid[]) as wanted (id) join skald.sagas saga on saga.id = wanted.id
    for no key update of saga skip locked`,
};

/** Which of the entries' sagas somebody else has locked the row of. */
export async function lockedSagas(entries: readonly Pending[], writer: Writer): Promise<Set<string>> {
  const wanted = entries.flatMap((e) => (e.kind === 'append' ? [e.sagaId, ...(e.append.wake ?? [])] : []));
  const free = new Set((await writer.run(FREE_ROWS, [arrayLiteral(wanted, (id) => id)])).map(([id]) => id as string));
  const locked = wanted.filter((id) => !free.has(id));
  return new Set(
    entries
      .filter((e) => e.kind === 'append' && [e.sagaId, ...(e.append.wake ?? [])].some((id) => locked.includes(id)))
      .map((e) => e.sagaId),
  );
}
