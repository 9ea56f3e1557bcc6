import { onStage, type Stage } from '../crash/stage.js';
import type { DefinitionDocument } from '../support/plan.js';
import { hasRedisServer, PrivateRedis } from '../support/private-redis.js';
import type { Settings } from '../support/skald-process.js';
import { step } from '../support/workloads.js';
import { attemptsOf, endedCrowd, startCrowd } from './crowd.js';

/** Calls per second. */
const RATE = 100;
const CAPACITY = 20;
const SAGAS = 300;

/** How far above its limit a participant may be called: permits in stock are used a little later than they were meant. */
const TOLERANCE = 1.05;

/** A machine that is busy with other things may not keep up. */
const LEAST_USE = 0.75;

const PAYMENT: DefinitionDocument = { name: 'payment', steps: [step('charge', { participant: 'quota' })] };

describe('a rate limit that two processes keep together', () => {
  const withRedis = hasRedisServer ? it : it.skip;

  it('is not passed by their sum, and uses no attempt up, with Postgres as their clock', () => limitHolds({}));

  withRedis('is not passed by their sum, and uses no attempt up, with Redis as their clock', async () => {
    const redis = await PrivateRedis.start();
    try {
      await limitHolds({ REDIS_URL: redis.url });
    } finally {
      await redis.stop();
    }
  });
});

async function limitHolds(settings: Settings): Promise<void> {
  await onStage(
    { servers: 2, definitions: [PAYMENT], settings: { SKALD_LEASE: '10s', ...settings } },
    async (stage) => {
      const { api, participants } = stage;
      const policy = { rateLimit: { ratePerSecond: RATE, capacity: CAPACITY } };
      await api.putParticipant('quota', participants.endpoint('quota'), policy);
      const startedAt = Date.now();
      // Half of them at each process: whoever takes a start begins to drive it.
      await Promise.all(stage.servers.map((server) => startCrowd(server.api, 'payment', SAGAS / 2)));

      const sagas = await endedCrowd(api, 'payment');
      const arrivals = (await participants.ledger()).calls.map(({ at }) => at - startedAt);
      expect(sagas).toHaveLength(SAGAS);
      expect(attemptsOf(sagas)).toEqual({ 1: SAGAS });
      expect(arrivals).toHaveLength(SAGAS);

      // The bucket was full at the start, and no call comes before its permit is valid: so this holds at every instant. One
      // more, because instants are whole ms.
      const allowed = (ms: number): number => CAPACITY + (RATE * TOLERANCE * ms) / 1_000 + 1;
      expect(arrivals.filter((ms, i) => i + 1 > allowed(ms))).toEqual([]);

      const seconds = (arrivals.at(-1)! - arrivals[0]!) / 1_000;
      const use = (SAGAS - CAPACITY) / seconds / RATE;
      process.stdout.write(`\nTwo processes used ${(100 * use).toFixed(1)} % of a limit of ${RATE} calls a second\n`);
      expect(use).toBeGreaterThan(LEAST_USE);
      for (const held of await refusalsOf(stage)) expect(held).toBeGreaterThan(0);
    },
  );
}

/** Calls that each process has held back. */
function refusalsOf({ servers }: Stage): Promise<number[]> {
  return Promise.all(
    servers.map(async ({ api }) => {
      const { body } = await api.get('/metrics');
      const [, count] = /skald_policy_refusals_total\{participant="quota",reason="rate-limit"\} (\d+)/.exec(body) ?? [];
      return Number(count ?? 0);
    }),
  );
}
