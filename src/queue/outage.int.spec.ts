import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { hasRedisServer, PrivateRedis } from '../../test/support/private-redis.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { eventually, sleep } from '../../test/support/waiting.js';
import { WakeQueue, type WakeQueueOptions } from './wake-queue.js';

const name = 'the wake-up queue and a Redis that misbehaves';
(hasRedisServer ? describe : describe.skip)(hasRedisServer ? name : `${name} (needs redis-server)`, () => {
  let redis: PrivateRedis;
  let queue: WakeQueue;
  let warnings: string[];
  let taken: Set<string>;
  let undelivered: Set<string>;

  /** A queue whose engine takes everything at once. */
  const build = (options: Partial<WakeQueueOptions> = {}) => {
    warnings = [];
    taken = new Set();
    undelivered = new Set();
    const warn = (_: object, message: string) => void warnings.push(message);
    queue = new WakeQueue({
      redisUrl: redis.url,
      sendTimeout: 500,
      logger: { debug: () => {}, info: warn, warn, error: warn },
      onUndelivered: (ids) => ids.forEach((id) => undelivered.add(id)),
      ...options,
    });
  };
  const start = () => queue.start(async (hint) => hint.ids.forEach((id) => taken.add(id)));
  /** Wakes a new saga every few ms for that long. */
  const wakeFor = async (ms: number) => {
    const woken: string[] = [];
    for (const until = Date.now() + ms; Date.now() < until; await sleep(5)) {
      const id = randomUUID();
      woken.push(id);
      queue.wake(id);
    }
    return woken;
  };
  const untilTaken = (patience = 5_000) =>
    eventually(
      'a new id is taken',
      () => {
        const id = randomUUID();
        queue.wake(id);
        return eventually('this one', () => taken.has(id), 200, 10);
      },
      patience,
    );

  const configure = async (parameter: string, value: string) => {
    const client = new Redis(redis.url);
    await client.config('SET', parameter, value);
    client.disconnect();
  };

  beforeAll(async () => {
    redis = await PrivateRedis.start();
  });
  afterEach(async () => {
    await queue.close();
    await redis.stop();
    await redis.restart();
  });
  afterAll(() => redis.stop());

  it('reports the ids it could not deliver while Redis is dead, says so once, and takes again after its return', async () => {
    build();
    await start();
    const before = await wakeFor(200);
    await eventually('they are taken', () => before.every((id) => taken.has(id)));
    await redis.stop();
    const during = await wakeFor(2_000);
    await eventually('the ids are reported', () => during.every((id) => taken.has(id) || undelivered.has(id)), 2_000);
    expect(undelivered.size).toBeGreaterThan(0);
    await redis.restart();
    await untilTaken(5_000);
    expect(warnings).toEqual([expect.stringContaining('Redis is away'), expect.stringContaining('Redis is back')]);
    expect(queue.state().rebuilds).toBe(0);
  }, 20_000);

  it('opens without Redis, and takes when it comes', async () => {
    await redis.stop();
    build();
    await start();
    queue.wake('early');
    await eventually('it is reported', () => undelivered.has('early'), 1_000);
    await redis.restart();
    await untilTaken(5_000);
  }, 20_000);

  it('warns when Redis may evict keys', async () => {
    await configure('maxmemory-policy', 'allkeys-lru');
    // BullMQ says so too, on the console.
    const aside = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    build();
    await start();
    await eventually('the warning', () => warnings.some((warning) => warning.includes('noeviction')));
    aside.mockRestore();
  });

  it('reports the ids that a full Redis refuses, and says so once', async () => {
    build();
    await start();
    await untilTaken();
    await configure('maxmemory', '1');
    const refused = await wakeFor(300);
    await eventually('the ids are reported', () => refused.every((id) => undelivered.has(id)));
    expect(warnings).toEqual([expect.stringContaining('Redis is away or fails')]);
    await configure('maxmemory', '0');
    await untilTaken();
  });

  it('does not mind a Redis that is wiped again and again', async () => {
    build();
    await start();
    const wiping = setInterval(() => void redis.flushAll(), 100);
    const woken = await wakeFor(2_000);
    clearInterval(wiping);
    await untilTaken(1_000);
    expect([...taken].filter((id) => woken.includes(id)).length).toBeGreaterThan(woken.length / 2);
    expect(queue.state().rebuilds).toBe(0);
    expect(warnings).toEqual([]);
  }, 20_000);

  it('never makes its caller wait for a Redis that is frozen', async () => {
    build();
    await start();
    redis.freeze();
    const slowest = { ms: 0 };
    const woken: string[] = [];
    for (let n = 0; n < 300; n++) {
      const from = performance.now();
      queue.wake(`frozen ${n}`);
      slowest.ms = Math.max(slowest.ms, performance.now() - from);
      woken.push(`frozen ${n}`);
      await sleep(5);
    }
    expect(slowest.ms).toBeLessThan(50);
    await eventually('the ids are reported', () => woken.every((id) => undelivered.has(id)), 3_000);
    redis.thaw();
    await untilTaken(5_000);
  }, 20_000);

  it('closes in bounded time while Redis is frozen', async () => {
    build();
    await start();
    redis.freeze();
    queue.wake('a');
    const from = Date.now();
    await queue.close();
    expect(Date.now() - from).toBeLessThan(6_000);
    redis.thaw();
  }, 20_000);

  describe('behind a proxy that goes half-open', () => {
    let proxy: TcpProxy;
    beforeEach(async () => {
      proxy = await TcpProxy.start(redis.address);
    });
    afterEach(async () => {
      await queue.close();
      await proxy.refuse();
    });

    it('rebuilds the workers when they have silently stopped taking jobs', async () => {
      build({ redisUrl: `redis://127.0.0.1:${proxy.address.port}`, quiet: 500, concurrency: 1 });
      let letIn: () => void = () => undefined;
      await queue.start(async (hint) => {
        if (hint.ids.includes('held')) await new Promise<void>((resolve) => (letIn = resolve));
        hint.ids.forEach((id) => taken.add(id));
      });
      queue.wake('held');
      await eventually('it is in hand', () => queue.state().taken === 1);
      // The worker signs its job off into the void; after that it waits for an answer that will never come.
      proxy.halfOpen = true;
      letIn();
      await sleep(700);
      proxy.halfOpen = false;
      const from = Date.now();
      await untilTaken(6_000);
      expect(Date.now() - from).toBeLessThan(6_000);
      expect(queue.state().rebuilds).toBeGreaterThanOrEqual(1);
      expect(warnings).toContainEqual(expect.stringContaining('made anew'));
    }, 20_000);
  });
});
