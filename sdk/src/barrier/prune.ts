import { milliseconds, type Duration } from '../duration.js';
import type { SqlDatabase } from '../sql/session.js';
import { tableName } from '../sql/table.js';

/**
 * Which rows may go. A row guards its saga for as long as the saga is open, so there are two ways to say it:
 * name the sagas that are open, or say how long a saga can last.
 */
export type Prune =
  | {
      /**
       * All sagas that are not final, as `skald.sagas.list({ status: ['running', 'compensating', 'stuck'] })` tells. Their
       * rows are kept, however old.
       */
      readonly openSagas: AsyncIterable<{ readonly id: string }> | Iterable<{ readonly id: string }>;
      /** Rows younger than this are kept in any case. Default and least: one day. */
      readonly olderThan?: Duration;
    }
  | {
      /** No saga lasts longer than this, with all its retries, waits and the time that operators take. Rows are kept for twice as long. */
      readonly longestSaga: Duration;
    };

const DAY = 86_400_000;
const PAGE = 10_000;

/** Deletes, a page at a time, what no saga needs any more, and tells how many rows that were. */
export async function prune<Tx>(database: SqlDatabase<Tx>, table: string, what: Prune): Promise<number> {
  // Before the open sagas are asked for: what starts meanwhile has younger rows.
  const age = ageOf(what);
  const spared: string[] = [];
  if ('openSagas' in what) for await (const { id } of what.openSagas) spared.push(id);

  const statement = `with old as (
      select ctid from ${tableName(table)}
      where at < now() - $1::float8 * interval '1 ms' and saga_id <> all ($2::text[]) limit ${PAGE}
    ), gone as (delete from ${tableName(table)} where ctid in (select ctid from old) returning 1)
    select count(*)::int as count from gone`;
  for (let total = 0; ;) {
    const [row] = await database.transaction((tx) =>
      database.session(tx).query(statement, [age, `{${spared.join(',')}}`]),
    );
    const count = Number(row?.['count']);
    total += count;
    if (count < PAGE) return total;
  }
}

/** The age in ms that a row must have. */
function ageOf(what: Prune): number {
  if ('longestSaga' in what) return 2 * atLeast(milliseconds(what.longestSaga), 'longestSaga');
  return atLeast(milliseconds(what.olderThan ?? DAY), 'olderThan');
}

/** A row that went too early lets a repeat take effect again, so a slip of the pen must not do it. */
function atLeast(age: number, name: string): number {
  if (age >= DAY) return age;
  throw new RangeError(`${name} must be a day or more: an attempt that comes when its row is gone takes effect again`);
}
