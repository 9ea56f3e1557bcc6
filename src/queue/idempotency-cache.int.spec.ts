import { createHash, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { hasRedisServer, PrivateRedis } from '../../test/support/private-redis.js';
import { describeWithRedis, runName } from '../../test/support/services.js';
import { eventually, sleep } from '../../test/support/waiting.js';
import { IdempotencyCache } from './idempotency-cache.js';

const body = createHash('sha256').update('a body').digest('hex');
const otherBody = createHash('sha256').update('another body').digest('hex');

/** Settles when the cache's connection is there. */
const awake = async (cache: IdempotencyCache) => {
  await eventually('the cache is there', async () => (await cache.claim('', randomUUID(), body)).state !== 'unknown');
  return cache;
};

describeWithRedis('the idempotency cache', (redisUrl) => {
  let cache: IdempotencyCache;
  let redis: Redis;
  let prefix: string;
  let key: string;

  beforeAll(async () => {
    prefix = `${runName()}-${randomUUID().slice(0, 8)}`;
    redis = new Redis(redisUrl);
    cache = await awake(new IdempotencyCache(redisUrl, prefix));
  });
  beforeEach(() => {
    key = randomUUID();
  });
  afterAll(async () => {
    const keys = await redis.keys(`${prefix}:*`);
    await redis.del(...keys);
    redis.disconnect();
    cache.close();
  });
  const claim = (fingerprint = body, scope = 'start') => cache.claim(scope, key, fingerprint);

  it('lets exactly one of many claim a key', async () => {
    const claims = await Promise.all(Array.from({ length: 50 }, () => claim()));
    const states = claims.map(({ state }) => state).toSorted();
    expect(states).toEqual(['claimed', ...Array.from({ length: 49 }, () => 'running')]);
  });

  it('answers a repeat with the saga, once that is started', async () => {
    await claim();
    cache.settle('start', key, body, 'saga-1');
    expect(await claim()).toEqual({ state: 'done', sagaId: 'saga-1' });
  });

  it.each(['while the first runs', 'when the first is done'])('tells another body apart %s', async (when) => {
    await claim();
    if (when === 'when the first is done') cache.settle('start', key, body, 'saga-1');
    expect(await claim(otherBody)).toEqual({ state: 'other-body' });
  });

  it('frees a key whose request came to nothing, but not one that is done', async () => {
    await claim();
    cache.release('start', key);
    expect(await claim()).toEqual({ state: 'claimed' });
    cache.settle('start', key, body, 'saga-1');
    cache.release('start', key);
    expect(await claim()).toEqual({ state: 'done', sagaId: 'saga-1' });
  });

  it('keeps scopes apart', async () => {
    await claim();
    expect(await claim(body, 'cancel')).toEqual({ state: 'claimed' });
  });

  it('holds a running key for seconds and a done one for a day', async () => {
    const ttl = async () => redis.pttl((await redis.keys(`${prefix}:key:*`)).find((k) => !known.includes(k)) ?? '');
    const known = await redis.keys(`${prefix}:key:*`);
    await claim();
    expect(await ttl()).toBeGreaterThan(5_000);
    expect(await ttl()).toBeLessThanOrEqual(10_000);
    cache.settle('start', key, body, 'saga-1');
    await claim();
    expect(await ttl()).toBeGreaterThan(86_000_000);
  });

  it('stores nothing of what the client sent', async () => {
    key = `secret of a customer ${key}`;
    await claim();
    expect((await redis.keys(`${prefix}:*`)).filter((stored) => stored.includes('secret'))).toEqual([]);
  });
});

describe('the idempotency cache without Redis', () => {
  it('knows nothing', async () => {
    const cache = new IdempotencyCache(null, 'none');
    cache.settle('start', 'a', body, 'saga-1');
    cache.release('start', 'a');
    expect(await cache.claim('start', 'a', body)).toEqual({ state: 'unknown' });
    cache.close();
  });
});

const name = 'the idempotency cache and a Redis that misbehaves';
(hasRedisServer ? describe : describe.skip)(hasRedisServer ? name : `${name} (needs redis-server)`, () => {
  it('leaves the decision to Postgres soon while Redis is frozen or dead, and decides again after its return', async () => {
    const redis = await PrivateRedis.start();
    const cache = await awake(new IdempotencyCache(redis.url, 'misbehaves'));
    const timed = async () => {
      const from = performance.now();
      const { state } = await cache.claim('start', 'a', body);
      return { state, ms: performance.now() - from };
    };
    redis.freeze();
    for (let n = 0; n < 10; n++) {
      const { state, ms } = await timed();
      expect(state).toBe('unknown');
      expect(ms).toBeLessThan(500);
      cache.settle('start', 'b', body, 'saga-1');
      await sleep(50);
    }
    await redis.stop();
    expect((await timed()).state).toBe('unknown');
    await redis.restart();
    await awake(cache);
    expect((await timed()).state).toBe('claimed');
    cache.close();
    await redis.stop();
  }, 20_000);
});
