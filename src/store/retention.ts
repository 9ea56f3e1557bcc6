import type { QueryRunner } from 'typeorm';
import type { Database } from './database.js';
import { LOCK_NOT_AVAILABLE, reaching, sqlState } from './errors.js';
import { timeOfId } from './id-range.js';

/** What retention did with one week of sagas. */
export interface RetentionVerdict {
  /** `20261123`: the Monday on which the week begins. */
  readonly week: string;
  readonly dropped: boolean;
  /** For people. */
  readonly because: string;
}

const PARTITIONS = `
  select child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bounds
  from pg_inherits join pg_class child on child.oid = inhrelid
  where inhparent = 'skald.sagas'::regclass and child.relname ~ '^sagas_[0-9]{8}$'
  order by child.relname`;

/**
 * Drops whole weeks that ended before `olderThan` (epoch ms by the database's clock). A week is kept as long as it holds
 * a saga that is not finished, or one whose root is not: a finished child may still have to be undone.
 */
export async function dropExpired(database: Database, olderThan: number): Promise<RetentionVerdict[]> {
  const partitions = await database.coldQuery<{ name: string; bounds: string }>(PARTITIONS);
  const expired = partitions.filter(({ bounds }) => endOf(bounds) <= olderThan);
  const verdicts: RetentionVerdict[] = [];
  for (const { name } of expired) {
    const week = name.slice('sagas_'.length);
    verdicts.push({ week, ...(await dropWeek(database, week)) });
  }
  return verdicts;
}

function endOf(bounds: string): number {
  const end = /TO \('([0-9a-f-]{36})'\)/.exec(bounds)?.[1];
  return end === undefined ? Infinity : timeOfId(end);
}

async function dropWeek(database: Database, week: string): Promise<{ dropped: boolean; because: string }> {
  const runner = database.source.createQueryRunner();
  try {
    await reaching(runner.startTransaction());
    // Whoever waits for such a lock makes everybody behind wait too: better to come back another time.
    await runner.query(`set local lock_timeout = '500ms'; set local statement_timeout = '60s'`);
    await runner.query(`lock table skald.sagas_${week} in share row exclusive mode`);
    const keeping = await openSagas(runner, week);
    if (keeping > 0) {
      await runner.rollbackTransaction();
      return { dropped: false, because: `${keeping} of its sagas are not finished, or their roots are not` };
    }
    await runner.query(`
      alter table skald.journal detach partition skald.journal_${week};
      alter table skald.sagas detach partition skald.sagas_${week};
      drop table skald.journal_${week}, skald.sagas_${week}`);
    await runner.commitTransaction();
    return { dropped: true, because: 'all of its sagas and their roots are finished' };
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return { dropped: false, because: 'its tables are in use just now' };
    throw error;
  } finally {
    await runner.release();
  }
}

async function openSagas(runner: QueryRunner, week: string): Promise<number> {
  const [row] = (await runner.query(`
    select (select count(*) from skald.sagas_${week} where finished_at is null)
      + (select count(*) from skald.sagas_${week} child join skald.sagas root on root.id = child.root_id
         where child.finished_at is not null and child.root_id <> child.id and root.finished_at is null) as count`)) as [
    { count: string } | undefined,
  ];
  return Number(row?.count ?? 0);
}
