/** One row, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Sends statements in one transaction of Postgres. Values are numbered `$1`, `$2` …, and of types that `pg` knows. */
export interface SqlSession {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * A Postgres as some library shows it.
 * @typeParam Tx a transaction, in that library's own form
 */
export interface SqlDatabase<Tx> {
  /** Runs `work` in a transaction of its own: commits when it returns, rolls back when it throws. */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** The same transaction, for our own statements. */
  session(tx: Tx): SqlSession;
}
