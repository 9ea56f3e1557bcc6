import type { SkaldProcess } from '../support/skald-process.js';
import { hasRedisServer, PrivateRedis } from '../support/private-redis.js';
import { isTerminal } from '../support/skald-api.js';
import { expectSound } from '../support/verdict.js';
import { eventually, sleep } from '../support/waiting.js';
import { SCALE } from './scale.js';
import { onStage } from './stage.js';

/** Kills a server again and again, some moments after it was ready. */
async function killRepeatedly(server: SkaldProcess, times: number): Promise<number> {
  for (let landed = 0; ; landed++) {
    if (landed === times) return landed;
    await sleep(100 + 500 * Math.random());
    await server.kill();
    await server.restart();
  }
}

describe('two servers of which one or both are killed at any moment', () => {
  const withBothKilled = async (kills: number, settings: Readonly<Record<string, string>>) =>
    onStage({ servers: 2, settings }, async (stage) => {
      const load = stage.underLoad();
      const landed = await Promise.all(stage.servers.map((server) => killRepeatedly(server, Math.ceil(kills / 2))));
      await load.stop();
      expectSound(await stage.evidence(), { planned: kills, landed: landed[0]! + landed[1]! });
    });

  it('lose, double and half-finish nothing, with the queue in Postgres', async () => {
    await withBothKilled(Math.floor(SCALE.kills / 3), {});
  }, 300_000);

  (hasRedisServer ? it : it.skip)(
    'lose, double and half-finish nothing, with the queue in Redis (needs redis-server)',
    async () => {
      const redis = await PrivateRedis.start();
      try {
        await withBothKilled(Math.ceil((SCALE.kills * 2) / 3), { REDIS_URL: redis.url });
      } finally {
        await redis.stop();
      }
    },
    300_000,
  );

  it('take over from one another within 15 s', async () => {
    const took = await onStage(
      { servers: 2, settings: { SKALD_LEASE: '10s', SKALD_SWEEP_INTERVAL: '1s' } },
      async (stage) => {
        const [first, second] = stage.servers;
        const behave = { charge: { action: { delay: 1_000 } } };
        const ids = await Promise.all(Array.from({ length: 20 }, () => first!.api.start('order', { behave })));
        await sleep(500);
        await first!.kill();
        const killed = Date.now();
        await eventually(
          'all sagas end',
          async () =>
            (await Promise.all(ids.map((id) => second!.api.saga(id)))).every(({ status }) => isTerminal(status)),
          25_000,
          100,
        );
        return Date.now() - killed;
      },
    );
    expect(took).toBeLessThan(17_000); // 15 s to be taken over, and what is left of their calls
  }, 60_000);
});
