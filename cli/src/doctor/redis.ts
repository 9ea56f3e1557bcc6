import { Redis } from 'ioredis';
import { fail, ok, warn, wordsOf, type Finding } from './finding.js';

/** What can be told by asking Redis itself. Changes nothing. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const redis = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: 3_000, commandTimeout: 5_000, maxRetriesPerRequest: 0 },
    retryStrategy: () => null,
  });
  let trouble: unknown;
  redis.on('error', (err) => (trouble = err));
  try {
    await redis.connect();
    return judgeRedis(await redis.info());
  } catch (err) {
    const mend = 'look at REDIS_URL; until it is back, sagas are found more slowly';
    return [fail('redis', `can't be reached (${wordsOf(trouble ?? err)}): ${mend}`)];
  } finally {
    redis.disconnect();
  }
}

/** @internal for tests */
export function judgeRedis(info: string): Finding[] {
  const told = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const version = told('redis_version') ?? 'unknown';
  const policy = told('maxmemory_policy');
  const isKept = told('aof_enabled') === '1';
  return [
    Number(version.split('.')[0]) >= 6
      ? ok('redis', `is version ${version}`)
      : fail('redis', `is version ${version}: BullMQ needs 6.2 or newer`),
    policy === 'noeviction'
      ? ok('redis policy', 'maxmemory-policy is noeviction')
      : fail(
          'redis policy',
          `maxmemory-policy is ${policy ?? 'not told'}: set it to noeviction, or hints are lost under memory pressure`,
        ),
    isKept
      ? ok('redis persistence', 'the append-only file is on')
      : warn(
          'redis persistence',
          'the append-only file is off: after a restart of Redis, sagas wait for the sweep; set appendonly yes',
        ),
  ];
}
