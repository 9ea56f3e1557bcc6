import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describeWithRedis, runName } from '../../test/support/services.js';
import { eventually } from '../../test/support/waiting.js';
import { RequestCounter } from './request-counter.js';

const LIMIT = { points: 10, seconds: 600 };

describe('a counter without Redis', () => {
  it('grants no more than the limit, and says what is left and for how long', async () => {
    const counter = new RequestCounter(null, 'p', LIMIT);
    expect(await counter.take('a', 4)).toMatchObject({ granted: 4, left: 6 });
    expect(await counter.take('a', 4)).toMatchObject({ granted: 4, left: 2 });
    expect(await counter.take('a', 4)).toMatchObject({ granted: 2, left: 0 });
    const { granted, endsInMs } = await counter.take('a', 4);
    expect(granted).toBe(0);
    expect(endsInMs).toBeGreaterThan(0);
    expect(endsInMs).toBeLessThanOrEqual(600_000);
    expect(await counter.take('b', 4)).toMatchObject({ granted: 4 });
    counter.close();
  });

  it('counts for itself while Redis is away', async () => {
    const counter = new RequestCounter('redis://127.0.0.1:1', 'p', LIMIT);
    expect(await counter.take('a', 6)).toMatchObject({ granted: 6, left: 4 });
    expect(await counter.take('a', 6)).toMatchObject({ granted: 4, left: 0 });
    counter.close();
  });
});

describeWithRedis('the counter in Redis', (redisUrl) => {
  it('is one for all processes', async () => {
    const prefix = `${runName()}-${randomUUID().slice(0, 8)}`;
    const redis = new Redis(redisUrl);
    const processes = [1, 2].map(() => new RequestCounter(redisUrl, prefix, LIMIT));
    const [first, second] = processes as [RequestCounter, RequestCounter];
    await eventually('both count together', async () => {
      const probe = randomUUID();
      await first.take(probe, 1);
      return (await second.take(probe, 1)).left === 8;
    });

    expect(await first.take('a', 6)).toMatchObject({ granted: 6, left: 4 });
    expect(await second.take('a', 6)).toMatchObject({ granted: 4, left: 0 });
    expect(await first.take('a', 6)).toMatchObject({ granted: 0 });
    expect(await redis.pttl(`${prefix}:requests:a`)).toBeGreaterThan(0);

    processes.forEach((one) => one.close());
    await redis.del(...(await redis.keys(`${prefix}:*`)));
    redis.disconnect();
  });
});
