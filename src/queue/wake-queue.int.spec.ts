import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type FreshDatabase, freshDatabase } from '../../test/support/database.js';
import { describeWithRedis, runName } from '../../test/support/services.js';
import { eventually, sleep } from '../../test/support/waiting.js';
import type { WakeHint } from './hint.js';
import { WakeQueue, type WakeQueueOptions } from './wake-queue.js';

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
type Place = Pick<WakeQueueOptions, 'redisUrl' | 'databaseUrl'>;

/** What holds on Redis and on Postgres alike. */
function promises(place: () => Place) {
  let prefix: string;
  const opened: WakeQueue[] = [];
  /** One process's end of the queue. */
  const end = (options: Partial<WakeQueueOptions> = {}) => {
    const queue = new WakeQueue({ ...place(), prefix, logger, ...options });
    opened.push(queue);
    return queue;
  };
  const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
  const openHandles = () => process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Timeout/.test(kind)).length;

  beforeEach(() => {
    prefix = `${runName()}-wake-${randomUUID().slice(0, 8)}`;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  it('delivers every id that is woken, under load, over shards and processes', async () => {
    const taken = new Set<string>();
    const take = async (hint: WakeHint) => hint.ids.forEach((id) => taken.add(id));
    const [a, b] = [end({ shards: 3 }), end({ shards: 3 })];
    await a.start(take);
    await b.start(take);
    const all = ids(6_000);
    for (const [n, id] of all.entries()) {
      (n % 3 === 0 ? b : a).wake(id);
      if (n % 100 === 0) await sleep(1);
    }
    await eventually('all ids are taken', () => taken.size === all.length);
    expect(all.every((id) => taken.has(id))).toBe(true);
    expect(a.state().taken + b.state().taken).toBe(a.state().hints + b.state().hints);
  }, 30_000);

  it('lets ids that are woken together travel in few hints', async () => {
    const hints: WakeHint[] = [];
    const queue = end();
    await queue.start(async (hint) => void hints.push(hint));
    for (const id of ids(640)) queue.wake(id);
    await eventually('all ids are taken', () => hints.flatMap((hint) => hint.ids).length === 640);
    expect(hints).toHaveLength(10);
  });

  it('delivers a delayed hint when its time has come, and says when that was', async () => {
    const hints: (WakeHint & { at: number })[] = [];
    const queue = end();
    await queue.start(async (hint) => void hints.push({ ...hint, at: Date.now() }));
    const [soon, late] = ids(2) as [string, string];
    const woken = Date.now();
    queue.wakeLater(late, 900);
    queue.wakeLater(soon, 300);
    await eventually('both are taken', () => hints.length === 2, 5_000, 5);
    expect(hints.map((hint) => hint.ids)).toEqual([[soon], [late]]);
    for (const [n, delay] of [300, 900].entries()) {
      const { at, wokenAt } = hints[n]!;
      expect(wokenAt).toBeGreaterThanOrEqual(woken + delay);
      expect(at).toBeGreaterThanOrEqual(wokenAt - 1);
      expect(at - wokenAt).toBeLessThan(500);
    }
  });

  it('fetches no more than it may have in hand while the engine has no room', async () => {
    let letIn: () => void = () => undefined;
    const room = new Promise<void>((resolve) => (letIn = resolve));
    const taken: string[] = [];
    const queue = end({ concurrency: 2, idsPerHint: 1 });
    await queue.start(async (hint) => {
      taken.push(...hint.ids);
      await room;
    });
    for (const id of ids(10)) queue.wake(id);
    await eventually('its hands are full', () => taken.length >= 2);
    await sleep(300);
    expect(taken).toHaveLength(2);
    letIn();
    await eventually('the others follow', () => taken.length === 10);
  });

  it('puts back what the engine has not taken when it stops, for another process to take', async () => {
    const [first, second] = [end(), end()];
    const woken = ids(5);
    let offered = 0;
    await first.start((hint) => {
      offered += hint.ids.length;
      return new Promise(() => undefined);
    });
    for (const id of woken) first.wake(id);
    await eventually('they are in hand', () => offered === 5);
    await first.stopTaking();
    const taken: string[] = [];
    await second.start(async (hint) => void taken.push(...hint.ids));
    await eventually('the other one has them', () => taken.length === 5);
    expect(taken.toSorted()).toEqual(woken.toSorted());
  });

  it('takes again after a stop', async () => {
    const queue = end();
    await queue.start(async () => undefined);
    await queue.stopTaking();
    const taken: string[] = [];
    await queue.start(async (hint) => void taken.push(...hint.ids));
    queue.wake('a');
    await eventually('it is taken', () => taken.includes('a'));
  });

  it('goes on after a hint that the engine choked on', async () => {
    const taken: string[] = [];
    const queue = end({ idsPerHint: 1 });
    await queue.start(async (hint) => {
      if (hint.ids[0] === 'bad') throw new Error('choked');
      taken.push(...hint.ids);
    });
    for (const id of ['bad', 'good']) queue.wake(id);
    await eventually('the good one is taken', () => taken.includes('good'));
  });

  it('leaves nothing open when it is closed, in the middle of work', async () => {
    const before = openHandles();
    const queue = end({ shards: 2 });
    await queue.start(async () => sleep(20));
    for (const id of ids(500)) queue.wake(id);
    await sleep(50);
    await queue.close();
    queue.wake('too late');
    await eventually('all is closed', () => openHandles() <= before, 5_000);
  });
}

describeWithRedis('the wake-up queue on Redis', (redisUrl) => {
  afterAll(async () => {
    const redis = new Redis(redisUrl);
    await redis.del(...(await redis.keys(`${runName()}-wake-*`)));
    redis.disconnect();
  });

  promises(() => ({ redisUrl }));
});

describe('the wake-up queue on Postgres', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  promises(() => ({ databaseUrl: database.url }));

  it('takes again after Postgres has ended all its connections', async () => {
    const taken: string[] = [];
    const queue = new WakeQueue({ databaseUrl: database.url, prefix: 'ended', logger });
    await queue.start(async (hint) => void taken.push(...hint.ids));
    queue.wake('before');
    await eventually('the first is taken', () => taken.includes('before'));
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%ended%' or application_name = 'skald-queue'",
    );
    await client.end();
    await eventually('a later one is taken', () => {
      queue.wake(randomUUID());
      return taken.length > 1;
    });
    await queue.close();
  });
});
