import { tableName } from '../sql/table.js';

/** What a barrier asks of Postgres. `$1` is the saga, `$2` the step, `$3` the operation. */
export interface Statements {
  /** The first insert: an operation takes its own place. A row if it is the first. */
  readonly claim: string;
  /** The second insert: a compensation takes its action's place. A row if the action had not been there. */
  readonly bar: string;
  /** What became of an operation. */
  readonly read: string;
  /** Puts an answer into the place that was taken: `$4` outcome, `$5` status, `$6` body. */
  readonly store: string;
}

export function statementsFor(table: string): Statements {
  const name = tableName(table);
  return {
    claim: `insert into ${name} (saga_id, step, operation) values ($1, $2, $3) on conflict do nothing returning 1`,
    bar: `insert into ${name} (saga_id, step, operation, outcome) values ($1, $2, 'action', 'barred')
      on conflict do nothing returning 1`,
    read: `select outcome, status, body from ${name} where saga_id = $1 and step = $2 and operation = $3`,
    store: `update ${name} set outcome = $4, status = $5, body = $6 where saga_id = $1 and step = $2 and operation = $3`,
  };
}
