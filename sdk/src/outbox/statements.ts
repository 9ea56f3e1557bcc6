import { tableName } from '../sql/table.js';
import { ROW_AS_TEXT } from './row.js';

/**
 * What the outbox asks of Postgres, whose clock alone decides what is due. What changes rows is wrapped in a `select`,
 * for libraries that answer an `update` by a count.
 */
export interface OutboxStatements {
  /** `$1` id, `$2` definition, `$3` version, `$4` input, `$5` idempotency key, `$6` business key, `$7` concurrency key, `$8` tags. */
  readonly insert: string;
  /** Takes up to `$1` rows in hand that are due, oldest first, for `$2` ms. `isOld`: first tried more than `$3` ms ago. */
  readonly claim: string;
  /** Stores what has become of rows in hand, a JSON list of them as `$1`, and tells of those that it was stored for. */
  readonly settle: string;
  /** Rows that meet a condition, oldest first. */
  rows(condition: string, limit: number): string;
  /** Makes rows pending that meet a condition. */
  retry(condition: string): string;
  /** Deletes up to `$2` rows that were delivered more than `$1` ms ago. */
  readonly prune: string;
}

export function statementsFor(table: string): OutboxStatements {
  const name = tableName(table);
  return {
    insert: `insert into ${name}
      (id, definition, version, input, idempotency_key, business_key, concurrency_key, tags)
      values ($1, $2, $3::int, $4::json, $5, $6, $7, $8::json)`,
    claim: `with due as (
        select id from ${name} where state = 'pending' and next_at <= now()
        order by next_at limit $1 for update skip locked
      ), claimed as (
        update ${name} entry set tries = tries + 1, next_at = now() + $2::float8 * interval '1 ms',
          first_tried_at = coalesce(first_tried_at, now())
        from due where entry.id = due.id returning entry.*
      )
      select ${ROW_AS_TEXT} as row, first_tried_at < now() - $3::float8 * interval '1 ms' as "isOld" from claimed`,
    // A relay that was slower than its lease may still tell that a saga was started, and nothing else.
    settle: `with outcome as (
        select * from json_to_recordset($1::json) as
          outcome (id uuid, tries int, state text, "sagaId" text, problem json, pause float8)
      ), settled as (
        update ${name} entry set state = outcome.state, saga_id = outcome."sagaId", problem = outcome.problem,
          delivered_at = case when outcome.state = 'started' then now() end,
          next_at = now() + outcome.pause * interval '1 ms'
        from outcome
        where entry.id = outcome.id and case outcome.state when 'started' then entry.state <> 'started'
          else entry.state = 'pending' and entry.tries = outcome.tries end
        returning entry.id
      )
      select id::text from settled`,
    rows: (condition, limit) =>
      `select ${ROW_AS_TEXT} as row from ${name} where ${condition} order by written_at, id limit ${limit}`,
    retry: (condition) => `with freed as (
        update ${name} set state = 'pending', next_at = now() where ${condition} returning 1
      )
      select count(*)::int as count from freed`,
    prune: `with gone as (
        delete from ${name} where id in (
          select id from ${name} where state = 'started' and delivered_at < now() - $1::float8 * interval '1 ms'
          order by delivered_at limit $2 for update skip locked
        ) returning 1
      )
      select count(*)::int as count from gone`,
  };
}
