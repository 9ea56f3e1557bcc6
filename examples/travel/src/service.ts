import { participant, redisBarrier, type Participant, type RedisBarrier, type RedisTransaction } from '@skald/sdk';
import { fastify } from 'fastify';
import { Redis, type ChainableCommander } from 'ioredis';

/** What a handler does its effects in. */
export type Tx = RedisTransaction<ChainableCommander>;

/** A service's part in sagas, and its Redis. */
export interface Service {
  readonly participant: Participant<Tx>;
  readonly barrier: RedisBarrier<ChainableCommander>;
  /** To read with; all keys are below the service's own prefix. */
  readonly redis: Redis;
}

/** Registers a service's handlers. What it returns is called at the end. */
export type Open = (service: Service) => Promise<(() => Promise<void>) | undefined>;

/** Runs a service as a Fastify app. From the environment come `PORT`, `REDIS_URL`, and `KEYS`, a prefix of all keys. */
export async function serve(name: string, defaultPort: number, open: Open): Promise<void> {
  const {
    PORT: port = String(defaultPort),
    REDIS_URL: url = 'redis://127.0.0.1:6379',
    KEYS: keys = 'travel:',
  } = process.env;
  const redis = new Redis(url, { keyPrefix: `${keys}${name}:` });
  const barrier = redisBarrier(redis);
  const service = { participant: participant({ barrier }), barrier, redis };
  const close = await open(service);

  const app = fastify();
  app.get('/health/ready', async () => ({ redis: await redis.ping() }));
  await app.register(service.participant.fastify());
  await app.listen({ port: Number(port), host: '127.0.0.1' });
  process.stdout.write(`${name} listens on port ${port}\n`);

  const stop = async (): Promise<void> => {
    await app.close();
    await close?.();
    barrier.close();
    await redis.quit();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
}
