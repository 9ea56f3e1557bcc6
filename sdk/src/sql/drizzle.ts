import type { Isolation } from './isolation.js';
import type { Row, SqlDatabase, SqlSession } from './session.js';

/** What we need to know of a transaction of Drizzle. */
export interface DrizzleTransaction {
  execute(query: never): PromiseLike<unknown>;
}

/** What we need to know of Drizzle, connected to Postgres by `pg` or `postgres`. */
export interface DrizzleDatabase<Tx extends DrizzleTransaction = DrizzleTransaction> {
  transaction<Result>(work: (tx: Tx) => Promise<Result>, config?: { isolationLevel?: Isolation }): Promise<Result>;
}

/** Drizzle's `sql`: what statements are made with. */
export interface DrizzleSql {
  (strings: TemplateStringsArray, ...values: never[]): unknown;
  raw(text: string): unknown;
  join(chunks: never[]): unknown;
}

/** Postgres through Drizzle; the transaction is its own. */
export function drizzleDatabase<Tx extends DrizzleTransaction>(
  db: DrizzleDatabase<Tx>,
  sql: DrizzleSql,
  isolation: Isolation = 'read committed',
): SqlDatabase<Tx> {
  return {
    transaction: (work) => db.transaction(work, { isolationLevel: isolation }),
    session: (tx) => drizzleSession(tx, sql),
  };
}

/** Our statements on a transaction of Drizzle. */
export function drizzleSession(tx: DrizzleTransaction, sql: DrizzleSql): SqlSession {
  return {
    async query(text, values = []) {
      const chunks = text
        .split(/\$(\d+)/)
        .map((part, i) => (i % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1] as never}`));
      const result = await tx.execute(sql.join(chunks as never[]) as never);
      return (Array.isArray(result) ? result : (result as { rows: Row[] }).rows) as Row[];
    },
  };
}
