import { Redis } from 'ioredis';
import { redisBarrier } from '../../src/barrier/redis-barrier.js';
import { newSaga, type Entry, type Stage } from './stage.js';

/** The barrier in Redis, by way of `alter` if it is to be a broken one. */
export async function redisStage(url: string, alter: (redis: Redis) => Redis = (redis) => redis): Promise<Stage> {
  const keyPrefix = `{skald-test-${newSaga()}}:`;
  const control = new Redis(url);
  const ledgerKey = `${keyPrefix}ledger`;
  const { hostname: host, port } = new URL(url);
  const address = { host, port: Number(port || 6379) };

  return {
    address,
    commit: { word: 'exec' },
    makesOthersWait: false,
    async instance({ connections = 4, through = address } = {}) {
      const connectionName = newSaga();
      const there = new URL(url);
      there.host = `${through.host}:${through.port}`;
      const redis = new Redis(there.href, {
        keyPrefix,
        connectionName,
        lazyConnect: true,
      });
      const barrier = redisBarrier(alter(redis), { connections });
      return {
        guard: (operation, work) =>
          barrier.guard(operation, (tx) =>
            work({
              async enter() {
                const entry: Entry = { sagaId: operation.sagaId, operation: operation.operation };
                tx.multi.rpush('ledger', JSON.stringify(entry));
              },
              cut: () => kill(control, connectionName),
            }),
          ),
        async close() {
          barrier.close();
          redis.disconnect();
        },
      };
    },
    async ledger() {
      return (await control.lrange(ledgerKey, 0, -1)).map((entry) => JSON.parse(entry) as Entry);
    },
    breath: async () => void (await control.ping()),
    async close() {
      const keys = await control.keys(`${keyPrefix}*`);
      for (let i = 0; i < keys.length; i += 1_000) await control.unlink(keys.slice(i, i + 1_000));
      control.disconnect();
    },
  };
}

async function kill(control: Redis, connectionName: string): Promise<void> {
  const clients = String(await control.client('LIST')).split('\n');
  for (const client of clients.filter((line) => line.includes(` name=${connectionName} `))) {
    await control.client('KILL', 'ID', Number(/^id=(\d+)/.exec(client)![1]));
  }
}
