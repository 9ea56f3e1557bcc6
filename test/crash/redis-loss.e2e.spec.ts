import { hasRedisServer, PrivateRedis } from '../support/private-redis.js';
import { isTerminal } from '../support/skald-api.js';
import { expectSound } from '../support/verdict.js';
import { eventually, sleep } from '../support/waiting.js';
import { SCALE } from './scale.js';
import { onStage } from './stage.js';

(hasRedisServer ? describe : describe.skip)('a server whose Redis fails (needs redis-server)', () => {
  let redis: PrivateRedis;
  beforeEach(async () => {
    redis = await PrivateRedis.start();
  });
  afterEach(async () => {
    redis.thaw();
    await redis.stop();
  });

  it('loses nothing when Redis is wiped every 2 s', async () => {
    await onStage({ servers: 2, settings: { REDIS_URL: redis.url } }, async (stage) => {
      const load = stage.underLoad({ rate: 40 });
      let landed = 0;
      for (; landed < SCALE.flushes; landed++) {
        await sleep(2_000);
        await redis.flushAll();
      }
      await load.stop();
      expectSound(await stage.evidence(), { planned: SCALE.flushes, landed });
    });
  }, 120_000);

  it('goes on while Redis is gone, says that it is degraded, and recovers by itself', async () => {
    await onStage({ servers: 1, settings: { REDIS_URL: redis.url } }, async (stage) => {
      const [server] = stage.servers;
      const load = stage.underLoad();
      await sleep(1_000);
      await redis.stop();
      const gone = Date.now();
      await eventually('degraded', async () =>
        JSON.stringify((await stage.api.get('/health/ready')).body).includes('degraded'),
      );
      const health = new Set<unknown>();
      while (Date.now() - gone < SCALE.redisOutage * 1_000) {
        health.add(await server!.health('ready')).add(await server!.health('live'));
        await sleep(500);
      }
      expect([...health]).toEqual([200]);
      const id = await stage.api.start('order', {}, { businessKey: load.starts[0]!.key + '-during' });
      expect(isTerminal((await stage.api.ended(id, 10_000)).status)).toBe(true);
      await redis.restart();
      await eventually(
        'healthy again',
        async () => !JSON.stringify((await stage.api.get('/health/ready')).body).includes('degraded'),
      );
      await sleep(1_000);
      await load.stop();
      const starts = [...load.starts, { key: load.starts[0]!.key + '-during', definition: 'order', saga: id }];
      expectSound(await stage.evidence({ starts, seenEnds: load.seenEnds }), { planned: 1, landed: 1 });
    });
  }, 120_000);

  it('is not held up by a Redis that accepts and never answers', async () => {
    await onStage({ servers: 1, settings: { REDIS_URL: redis.url } }, async (stage) => {
      const load = stage.underLoad();
      await sleep(1_000);
      redis.freeze();
      await sleep(6_000);
      redis.thaw();
      await sleep(1_000);
      await load.stop();
      expectSound(await stage.evidence(), { planned: 1, landed: 1 });
    });
  }, 60_000);
});
