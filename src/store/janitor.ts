import type { Database } from './database.js';
import { reaching } from './errors.js';
import { IdempotencyKeys } from './idempotency.js';
import { ensurePartitions, type Week } from './partitions.js';
import { dropExpired, type RetentionVerdict } from './retention.js';

export interface Upkeep {
  /** Weeks whose rows have landed in the default partition and stay there: upkeep has not run for too long. */
  readonly weeksWithoutPartition: readonly Week[];
  readonly keysForgotten: number;
  readonly retention: readonly RetentionVerdict[];
}

/** One of our own; whoever holds it is the janitor for as long as its transaction lasts. */
const LOCK = 7_235_414_002;

/**
 * What has to be done now and then by one process of all: partitions for the weeks to come, old idempotency keys,
 * weeks that are past their retention. To be called every hour or so; `null`: another process is at it.
 * @param retention ms that finished sagas are kept; `null`: for ever
 */
export async function keepUp(database: Database, retention: number | null): Promise<Upkeep | null> {
  const runner = database.source.createQueryRunner();
  try {
    await reaching(runner.startTransaction());
    const [lock] = (await runner.query('select pg_try_advisory_xact_lock($1) as held', [LOCK])) as [{ held: boolean }];
    if (!lock.held) return null;
    return {
      weeksWithoutPartition: await ensurePartitions((text) => database.coldQuery(text)),
      keysForgotten: await new IdempotencyKeys(database).forgetOld(),
      retention: retention === null ? [] : await dropExpired(database, database.clock.now() - retention),
    };
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    await runner.release();
  }
}
