import { firstIdAt } from './id-range.js';

/** Runs one SQL text, on one connection. */
export type RunSql = (text: string) => Promise<unknown>;

const WEEK = 7 * 24 * 3_600_000;
/** Epoch ms 0 was a Thursday; weeks begin on Monday, UTC. */
const FIRST_MONDAY = 4 * 24 * 3_600_000;

/** A week of sagas and their journals. */
export interface Week {
  /** `20261123`: the Monday on which it begins. */
  readonly name: string;
  /** Epoch ms. */
  readonly begins: number;
  readonly ends: number;
}

export function weekOf(epochMs: number): Week {
  const begins = Math.floor((epochMs - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
  return {
    name: new Date(begins).toISOString().slice(0, 10).replaceAll('-', ''),
    begins,
    ends: begins + WEEK,
  };
}

/**
 * Makes sure that this week and the `ahead` weeks after it have a pair of partitions. A week whose rows have already
 * landed in the default partition (nobody called this for too long) is left there and reported; the next ones are made.
 * @param now epoch ms
 * @returns the weeks that could not be made
 */
export async function ensurePartitions(run: RunSql, ahead = 4, now: number = Date.now()): Promise<Week[]> {
  const failed: Week[] = [];
  for (let n = 0; n <= ahead; n++) {
    const week = weekOf(now + n * WEEK);
    try {
      await run(createPair(week));
    } catch (error) {
      if ((error as { driverError?: { code?: string } }).driverError?.code !== CHECK_VIOLATION) throw error;
      failed.push(week);
    }
  }
  return failed;
}

/** Any number of our own. */
const LOCK = 7_235_414_003;
/** The default partition holds rows of that range. */
const CHECK_VIOLATION = '23514';

/**
 * `attach` takes a lighter lock than `create … partition of`: flushes go on. It is bounded all the same, because whoever
 * waits for a lock makes everybody behind wait too.
 */
function createPair(week: Week): string {
  const from = firstIdAt(week.begins);
  const to = firstIdAt(week.ends);
  return `
    do $$ begin
      -- One at a time, whoever asks.
      perform pg_advisory_xact_lock(${LOCK});
      if to_regclass('skald.sagas_${week.name}') is null then
        perform set_config('lock_timeout', '2s', true);
        create table skald.sagas_${week.name} (like skald.sagas including all)
          with (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
        create table skald.journal_${week.name} (like skald.journal including all)
          with (autovacuum_vacuum_insert_scale_factor = 0.5);
        alter table skald.sagas attach partition skald.sagas_${week.name} for values from ('${from}') to ('${to}');
        alter table skald.journal attach partition skald.journal_${week.name} for values from ('${from}') to ('${to}');
      end if;
    end $$`;
}
