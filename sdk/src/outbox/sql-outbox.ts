import { makeTable } from '../sql/make-table.js';
import type { SqlDatabase, SqlSession } from '../sql/session.js';
import { NO_ACTIVE_TRANSACTION, sqlStateOf } from '../sql/sql-state.js';
import { OutboxError, type Outbox, type OutboxOptions } from './outbox.js';
import { conditionOf } from './filter.js';
import type { Transact } from './hand.js';
import { Relay } from './relay.js';
import { readRelayOptions } from './relay-options.js';
import { readRow } from './row.js';
import { OUTBOX_TABLE, outboxSchema } from './schema.js';
import { startValues } from './start-values.js';
import { statementsFor } from './statements.js';

/**
 * An outbox in any Postgres that can be shown as an {@link SqlDatabase}: what `pgOutbox` and its like are made of, and
 * what to use with another library.
 *
 * @example
 * const outbox = sqlOutbox<Tx>({ transaction: (work) => mine.begin(work), session: (tx) => ({ query: … }) });
 */
export function sqlOutbox<Tx>(database: SqlDatabase<Tx>, { table = OUTBOX_TABLE }: OutboxOptions = {}): Outbox<Tx> {
  const statements = statementsFor(table);
  const transact: Transact = (work) => database.transaction((tx) => work(database.session(tx)));

  return {
    async startInTransaction(tx, definition, input, fields = {}) {
      const values = startValues(definition, input, fields);
      const session = database.session(tx);
      await refuseOutsideTransaction(session);
      await session.query(statements.insert, values);
      return { id: values[0] };
    },

    migrate: () => makeTable(database, table, outboxSchema(table)),

    relay: (skald, options = {}) => new Relay(transact, statements, skald, readRelayOptions(options)),

    async rows({ state, limit = 100, ...filter } = {}) {
      if (!(Number.isInteger(limit) && limit >= 1)) throw new TypeError('limit must be a whole number, 1 or more');
      const { text, values } = conditionOf(state, filter);
      const rows = await transact((session) => session.query(statements.rows(text, limit), values));
      return rows.map(({ row }) => readRow(row));
    },

    async retryRefused(filter = {}) {
      const { text, values } = conditionOf('refused', filter);
      const [row] = await transact((session) => session.query(statements.retry(text), values));
      return Number(row?.['count']);
    },
  };
}

/** A savepoint is refused by Postgres itself where there is no transaction. */
async function refuseOutsideTransaction(session: SqlSession): Promise<void> {
  try {
    await session.query('savepoint skald_outbox; release savepoint skald_outbox');
  } catch (error) {
    if (sqlStateOf(error) !== NO_ACTIVE_TRANSACTION) throw error;
    const message = 'a saga must be started in the transaction that decides on it, and there is none: begin one first';
    throw new OutboxError('no-transaction', message, { cause: error });
  }
}
