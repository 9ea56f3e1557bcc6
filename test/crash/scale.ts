import { fromEnv } from '../support/from-env.js';

/**
 * How hard the crash tests try. The defaults are for a quick run on two cores; a night's run sets more.
 */
export const SCALE = {
  /** kill -9 at random under load. */
  kills: fromEnv('SKALD_TEST_KILLS', 60),
  /** Immediate stops of Postgres under load. */
  postgresCrashes: fromEnv('SKALD_TEST_POSTGRES_CRASHES', 10),
  /** FLUSHALLs, one every 2 s. */
  flushes: fromEnv('SKALD_TEST_FLUSHES', 7),
  /** How long Redis is away, in s. */
  redisOutage: fromEnv('SKALD_TEST_REDIS_OUTAGE', 30),
  /** COMMITs whose answer is lost. */
  lostCommits: fromEnv('SKALD_TEST_LOST_COMMITS', 20),
  /** Freezes of a worker beyond its lease. */
  freezes: fromEnv('SKALD_TEST_FREEZES', 3),
};
