import { randomInt } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { describeWithRedis } from '../../../test/support/services.js';
import { eventually } from '../../../test/support/waiting.js';
import { redisBarrier, type RedisBarrierOptions } from '../../src/barrier/redis-barrier.js';
import { Gate } from './gate.js';
import { newSaga, operationOf, yes } from './stage.js';

const DAY = 86_400_000;

describeWithRedis('A barrier in Redis', (url) => {
  const name = `skald-test-${newSaga()}`;
  const redis = new Redis(url, { keyPrefix: `{${name}}:`, connectionName: name, lazyConnect: true });
  const barrier = redisBarrier(redis, { prefix: 'barrier:' });
  const action = () => operationOf(newSaga(), 'action');
  const key = (sagaId: string, operation: string): string => `barrier:${sagaId}/charge/${operation}`;

  /** Connections that the barrier has at the moment. */
  const connections = async (): Promise<string[]> =>
    String(await redis.client('LIST'))
      .split('\n')
      .filter((line) => line.includes(` name=${name} `))
      .map((line) => /^id=(\d+)/.exec(line)![1]!)
      .filter((id) => id !== own);
  let own = '';

  beforeAll(async () => {
    own = String(await redis.client('ID'));
  });
  afterAll(async () => {
    barrier.close();
    const keys = await redis.keys(`{${name}}:*`);
    await redis.unlink(keys.map((found) => found.slice(name.length + 3)));
    redis.disconnect();
  });

  it('does not commit on another connection than the one that watches', async () => {
    const operation = action();
    const [atWork, isOvertaken] = [new Gate(), new Gate()];
    const other = redisBarrier(redis, { prefix: 'barrier:' });
    const before = new Set(await connections());
    const overtaken = other.guard(operation, async (tx) => {
      atWork.open();
      await isOvertaken.opened;
      tx.multi.rpush('overtaken', 'first');
      return yes();
    });
    await atWork.opened;
    for (const id of await connections()) if (!before.has(id)) await redis.client('KILL', 'ID', Number(id));
    await barrier.guard(operation, async (tx) => (tx.multi.rpush('overtaken', 'second'), yes()));
    isOvertaken.open();
    await expect(overtaken).rejects.toThrow();
    expect(await redis.lrange('overtaken', 0, -1)).toEqual(['second']);
    other.close();
  });

  it('keeps the place of an action for as long as that of its compensation', async () => {
    const operation = action();
    await barrier.guard(operation, async () => yes());
    await redis.pexpire(key(operation.sagaId, 'action'), DAY);
    await barrier.guard({ ...operation, operation: 'compensation' }, async () => yes());
    const left = await Promise.all(['action', 'compensation'].map((name) => redis.pttl(key(operation.sagaId, name))));
    for (const time of left) expect(time).toBeGreaterThan(89 * DAY);
  });

  it('has no more connections than it may, and goes on waiting for one', async () => {
    const narrow = redisBarrier(redis, { prefix: 'barrier:', connections: 2 });
    const before = (await connections()).length;
    let atWork = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, () =>
        narrow
          .guard(action(), async () => {
            most = Math.max(most, ++atWork);
            await redis.ping();
            if (randomInt(4) === 0) throw new Error('some fail');
            atWork--;
            return yes();
          })
          .catch(() => atWork--),
      ),
    );
    expect(most).toBe(2);
    expect((await connections()).length - before).toBeLessThanOrEqual(2);
    narrow.close();
    await eventually('its connections are closed', async () => (await connections()).length === before);
    await expect(narrow.guard(action(), async () => yes())).rejects.toThrow('this barrier has been closed');
  });

  it('is not disturbed by what an earlier operation has watched on its connection', async () => {
    const narrow = redisBarrier(redis, { prefix: 'barrier:', connections: 1 });
    const operation = action();
    for (let i = 0; i < 2; i++) await narrow.guard(operation, async () => yes());
    await barrier.guard({ ...operation, operation: 'compensation' }, async () => yes());
    let works = 0;
    await narrow.guard(action(), async () => (works++, yes()));
    expect(works).toBe(1);
    narrow.close();
  });

  it('finishes what is at work when it is closed', async () => {
    const closing = redisBarrier(redis, { prefix: 'barrier:' });
    const before = (await connections()).length;
    const gate = new Gate();
    const atWork = closing.guard(action(), async () => (await gate.opened, yes()));
    await redis.ping();
    closing.close();
    gate.open();
    expect((await atWork).origin).toBe('work');
    await eventually('its connection is closed', async () => (await connections()).length === before);
  });

  it.each<[string, RedisBarrierOptions]>([
    ['less than a day', { retention: '23h' }],
    ['no duration', { retention: '3 months' as '90d' }],
  ])('does not begin with a retention that is %s', (_, options) => {
    expect(() => redisBarrier(redis, options)).toThrow(/day|duration/);
  });

  it('does not begin with a cluster, whose connections come and go', () => {
    const cluster = new Cluster([url], { lazyConnect: true }) as unknown as Redis;
    expect(() => redisBarrier(cluster)).toThrow('a cluster is not supported');
  });
});
