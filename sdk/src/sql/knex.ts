import type { Isolation } from './isolation.js';
import type { Row, SqlDatabase, SqlSession } from './session.js';

/** What we need to know of Knex's `Knex.Transaction`. */
export interface KnexTransaction {
  raw(text: string, bindings?: never): PromiseLike<unknown>;
}

/** What we need to know of `Knex`, connected to Postgres. */
export interface KnexInstance<Tx extends KnexTransaction = KnexTransaction> {
  transaction<Result>(
    work: (transaction: Tx) => Promise<Result>,
    options?: { isolationLevel?: Isolation },
  ): Promise<Result>;
}

/** Postgres through Knex; the transaction is its own. */
export function knexDatabase<Tx extends KnexTransaction>(
  knex: KnexInstance<Tx>,
  isolation: Isolation = 'read committed',
): SqlDatabase<Tx> {
  return {
    transaction: (work) => knex.transaction(work, { isolationLevel: isolation }),
    session: knexSession,
  };
}

/** Our statements on a transaction of Knex, which numbers its values by their places. */
export function knexSession(transaction: KnexTransaction): SqlSession {
  return {
    async query(text, values = []) {
      const inOrder: unknown[] = [];
      const marked = text.replace(/\$(\d+)/g, (_, number: string) => {
        inOrder.push(values[Number(number) - 1]);
        return '?';
      });
      const { rows } = (await (values.length === 0
        ? transaction.raw(text)
        : transaction.raw(marked, inOrder as never))) as { rows: Row[] };
      return rows;
    },
  };
}
