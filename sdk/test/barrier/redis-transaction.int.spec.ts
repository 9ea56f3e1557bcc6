import { type ChainableCommander, Redis } from 'ioredis';
import { describeWithRedis } from '../../../test/support/services.js';
import { redisBarrier } from '../../src/barrier/redis-barrier.js';
import { isLater } from '../../src/participant/results.js';
import { newSaga, no, operationOf, yes } from './stage.js';

describeWithRedis('The transaction of a barrier in Redis', (url) => {
  const name = `skald-test-${newSaga()}`;
  const redis = new Redis(url, { keyPrefix: `{${name}}:`, lazyConnect: true });
  const barrier = redisBarrier(redis, { prefix: 'barrier:' });
  const action = () => operationOf(newSaga(), 'action');
  const key = (sagaId: string, operation: string): string => `barrier:${sagaId}/charge/${operation}`;

  afterAll(async () => {
    barrier.close();
    const keys = await redis.keys(`{${name}}:*`);
    await redis.unlink(keys.map((found) => found.slice(name.length + 3)));
    redis.disconnect();
  });

  it('gives handlers the chain of commands of ioredis, and a way to watch', async () => {
    await barrier.guard(action(), async (tx) => {
      const chain: ChainableCommander = tx.multi.incr('count').sadd('names', 'Ada');
      // @ts-expect-error no such command
      expect(() => tx.multi.reserve('seats')).toThrow(TypeError);
      await tx.watch('count', 'names');
      expect(chain.length).toBe(3);
      return yes();
    });
    expect(await redis.get('count')).toBe('1');
    expect(await redis.smembers('names')).toEqual(['Ada']);
  });

  it('sells the last seat once, when all buyers have seen that there is one', async () => {
    await redis.set('seats', 1);
    const buy = () =>
      barrier.guard(action(), async (tx) => {
        await tx.watch('seats');
        if (Number(await redis.get('seats')) < 1) return no();
        tx.multi.decr('seats');
        return yes();
      });
    const answers = await Promise.all(Array.from({ length: 5 }, buy));
    expect(answers.map(({ answer }) => answer.status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(await redis.get('seats')).toBe('0');
  });

  it('asks to come later, having done nothing, if others change what the work reads again and again', async () => {
    const impatient = redisBarrier(redis, { prefix: 'barrier:', maxTries: 3 });
    const operation = action();
    let works = 0;
    const contested = impatient.guard(operation, async (tx) => {
      await tx.watch('contested');
      await redis.incr('contested');
      tx.multi.incr('uncontested');
      works++;
      return yes();
    });
    expect(await contested.catch((error: unknown) => isLater(error))).toBe(true);
    expect([works, await redis.exists('uncontested', key(operation.sagaId, 'action'))]).toEqual([3, 0]);
    impatient.close();
  });

  it('holds an operation in doubt if one of its writes failed: neither done nor repeated, but undone', async () => {
    const operation = action();
    await redis.set('text', 'no number');
    const broken = barrier.guard(operation, async (tx) => (tx.multi.rpush('half', 'done').incr('text'), yes()));
    await expect(broken).rejects.toMatchObject({ cause: { message: expect.stringContaining('not an integer') } });
    for (let i = 0; i < 2; i++) {
      const { answer } = await barrier.guard(operation, async (tx) => (tx.multi.rpush('half', 'again'), yes()));
      expect(answer).toMatchObject({ status: 500, body: { code: 'partly-done' } });
    }
    expect(await redis.lrange('half', 0, -1)).toEqual(['done']);
    const undone = await barrier.guard({ ...operation, operation: 'compensation' }, async (tx) => {
      tx.multi.lrem('half', 1, 'done');
      return yes();
    });
    expect(undone.origin).toBe('work');
    expect(await redis.exists('half')).toBe(0);
  });

  it('does nothing at all if Redis refuses a write before it begins', async () => {
    const operation = action();
    const refused = barrier.guard(operation, async (tx) => {
      tx.multi.rpush('refused', 'one').call('rpush', 'too-few-arguments');
      return yes();
    });
    await expect(refused).rejects.toThrow('EXECABORT');
    expect(await redis.exists('refused', key(operation.sagaId, 'action'))).toBe(0);
  });

  it('lets nobody but itself send the transaction', async () => {
    const operation = action();
    const sent = barrier.guard(operation, async (tx) => {
      await tx.multi.rpush('sent', 'without an answer').exec();
      return yes();
    });
    await expect(sent).rejects.toThrow('the barrier sends this transaction itself');
    expect(await redis.exists('sent')).toBe(0);
  });
});
