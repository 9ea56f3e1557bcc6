import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { milliseconds, type Duration } from '../duration.js';
import { Later } from '../participant/results.js';
import type { Barrier } from './barrier.js';
import { RedisAttempt } from './redis-attempt.js';
import { RedisConnections, type RedisClient, type RedisMulti } from './redis-connections.js';
import type { RedisTransaction } from './redis-transaction.js';

/** How a barrier in Redis is kept. */
export interface RedisBarrierOptions {
  /** Of the barrier's keys. Default: `skald:barrier:`. */
  readonly prefix?: string;
  /**
   * How long an answer is kept, from the last time that a call changed something about its step. It must be longer than
   * the longest saga, with the time that operators take: what comes after it takes effect again. Default: `90d`; `1d` or more.
   */
  readonly retention?: Duration;
  /** How many operations may be at work at once, each on a connection of its own. More of them wait. Default: 16. */
  readonly connections?: number;
  /** How often the work is done in all, when others keep changing what it has read. Default: 10; then it is {@link Later}. */
  readonly maxTries?: number;
}

/** A barrier in the Redis that also holds the business data. */
export interface RedisBarrier<Multi> extends Barrier<RedisTransaction<Multi>> {
  /** Closes the barrier's connections; those that are at work are closed when they are done. */
  close(): void;
}

/**
 * A barrier in Redis, through `ioredis`. What handlers queue in `tx.multi`, and only that, takes effect at most once: it
 * is carried out together with the answer (WATCH, MULTI, EXEC). Nobody holds a lock, so of attempts that come at once each
 * may do the work, and the first to commit counts: what a handler does elsewhere happens at least once.
 *
 * What Redis can't do:
 * - It doesn't roll back. If a queued write fails (WRONGTYPE, say, which is a mistake in the handler) the others are
 *   carried out. The operation is in doubt from then on: 500 to all attempts, until its compensation undoes what was done.
 *   (A process that ends in that very moment leaves the handler's own answer instead.)
 * - It may forget. Without persistence, with `appendfsync everysec` or in a failover the last writes can be lost; effects
 *   and answers are lost together, but Skald has heard the answer. With any `maxmemory-policy` but `noeviction`, answers
 *   are thrown away under pressure, and repeats take effect.
 * - Cluster is refused: there `ioredis` sends a transaction again on a connection that watches nothing.
 *
 * @param redis what connections of the barrier's own are made after; not used itself
 * @throws {TypeError | RangeError} for a cluster, or a retention shorter than a day
 * @example
 * const booking = participant({ secret, barrier: redisBarrier(redis) });
 * booking.action('/seats', async (call, tx) => {
 *   await tx.watch('seats');
 *   if (Number(await redis.get('seats')) < 1) throw new Rejected('sold out');
 *   tx.multi.decr('seats');
 * });
 */
export function redisBarrier<Multi extends RedisMulti>(
  redis: RedisClient<Multi>,
  { prefix = 'skald:barrier:', retention = '90d', connections = 16, maxTries = 10 }: RedisBarrierOptions = {},
): RedisBarrier<Multi> {
  if (redis.isCluster) throw new TypeError('the barrier needs a connection to one Redis: a cluster is not supported');
  const lifetime = milliseconds(retention);
  if (lifetime < milliseconds('1d')) throw new RangeError('retention must be a day or more, and longer than any saga');
  const pool = new RedisConnections(redis, connections);

  return {
    guard: (operation, work) =>
      pool.lend(async (connection) => {
        const attempt = new RedisAttempt(connection, operation, prefix, Math.ceil(lifetime));
        for (let tries = 1; tries <= maxTries; tries++) {
          const guarded = await attempt.run(work);
          if (guarded) return guarded;
          await sleep(randomInt(5 * 2 ** Math.min(tries, 6)));
        }
        throw new Later('1s', `others changed what this operation reads, ${maxTries} times in a row`);
      }),
    close: () => pool.close(),
  };
}
