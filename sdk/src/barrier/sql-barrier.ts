import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationId } from '../participant/call.js';
import { makeTable } from '../sql/make-table.js';
import type { SqlDatabase } from '../sql/session.js';
import { isWorthRepeating, messagesOf, NO_ACTIVE_TRANSACTION, sqlStateOf } from '../sql/sql-state.js';
import type { Barrier, Guarded, Verdict } from './barrier.js';
import { BarrierError } from './barrier-error.js';
import { prune, type Prune } from './prune.js';
import { barrierSchema, BARRIER_TABLE } from './schema.js';
import { sharing } from './sharing.js';
import { SqlPlace } from './sql-place.js';
import { statementsFor, type Statements } from './statements.js';

/** How a barrier in Postgres is kept. */
export interface SqlBarrierOptions {
  /** The barrier's table, `name` or `schema.name`. Default: `skald_barrier`. */
  readonly table?: string;
  /**
   * How often a transaction that lost against another (SQLSTATE 40001 or 40P01) is run in all. Default: 10. After that
   * the error goes out to the caller, and Skald asks again.
   */
  readonly maxTries?: number;
}

/** A barrier in the Postgres that also holds the business data. */
export interface SqlBarrier<Tx> extends Barrier<Tx> {
  /**
   * Like `guard`, in a transaction that the caller has begun, and will commit or roll back. After a throw, what was done
   * in here is undone, and the caller may go on or roll back. Errors 40001 and 40P01 are the caller's to repeat.
   * @throws {BarrierError} `no-transaction` if there is none: the effects and the barrier's rows would be on their own
   */
  within(tx: Tx, operation: OperationId, work: (tx: Tx) => Promise<Verdict>): Promise<Guarded>;
  /**
   * Makes the table if it isn't there. Safe to call from many processes at once, at every start. `guard` does it when it
   * finds no table, so this is for a start that fails early, where the service's role may not make tables.
   */
  migrate(): Promise<void>;
  /**
   * Deletes rows that no saga needs any more.
   * @returns how many
   */
  prune(what: Prune): Promise<number>;
}

/**
 * A barrier in any Postgres that can be shown as an {@link SqlDatabase}: what `pgBarrier` and its like are made of, and
 * what to use with another library.
 *
 * One transaction per call: the operation's row is inserted, which makes every other attempt wait; the work is done
 * behind a savepoint; its answer is put into the row; commit. A no is rolled back to the savepoint, and its answer kept.
 */
export function sqlBarrier<Tx>(database: SqlDatabase<Tx>, options: SqlBarrierOptions = {}): SqlBarrier<Tx> {
  return barrierOf(statementsFor(options.table ?? BARRIER_TABLE), database, options);
}

/** Apart from {@link sqlBarrier} so that tests can take a statement away: such a barrier must be found out. */
export function barrierOf<Tx>(
  statements: Statements,
  database: SqlDatabase<Tx>,
  { table = BARRIER_TABLE, maxTries = 10 }: SqlBarrierOptions,
): SqlBarrier<Tx> {
  const run = async (tx: Tx, operation: OperationId, work: (tx: Tx) => Promise<Verdict>): Promise<Guarded> => {
    const place = new SqlPlace(database.session(tx), statements, operation);
    return (await place.take()) ?? (await place.fill(() => work(tx)));
  };

  const migrate = (): Promise<void> => makeTable(database, table, barrierSchema(table));

  return {
    guard: sharing(async (operation, work) => {
      const attempt = (): Promise<Guarded> =>
        repeating(maxTries, () => database.transaction((tx) => run(tx, operation, work)));
      try {
        return await attempt();
      } catch (error) {
        if (!lacksTable(error, table)) throw error;
        await migrate();
        return attempt();
      }
    }),

    async within(tx, operation, work) {
      const session = database.session(tx);
      await session.query('savepoint skald_barrier').catch((error: unknown) => {
        if (sqlStateOf(error) !== NO_ACTIVE_TRANSACTION) throw error;
        const message =
          'the barrier must run in the transaction that holds the effects, and there is none: begin one first';
        throw new BarrierError('no-transaction', message, { cause: error });
      });
      try {
        const guarded = await run(tx, operation, work);
        await session.query('release savepoint skald_barrier');
        return guarded;
      } catch (error) {
        // If that fails the transaction is lost as a whole, which undoes as much.
        await session.query('rollback to savepoint skald_barrier').catch(() => {});
        throw error;
      }
    },

    migrate,

    prune: (what) => prune(database, table, what),
  };
}

/** Runs a transaction again that has lost against another one. */
async function repeating<Result>(maxTries: number, transaction: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction();
    } catch (error) {
      if (tries >= maxTries || !isWorthRepeating(error)) throw error;
      await sleep(randomInt(5 * 2 ** Math.min(tries, 6)));
    }
  }
}

function lacksTable(error: unknown, table: string): boolean {
  return sqlStateOf(error) === UNDEFINED_TABLE && messagesOf(error).includes(`"${table}"`);
}

const UNDEFINED_TABLE = '42P01';
