import { execFileSync } from 'node:child_process';
import { SkaldClient } from '@skald/sdk';
import { Redis } from 'ioredis';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { describeWithRedis, runName } from '../../../test/support/services.js';
import { SkaldProcess } from '../../../test/support/skald-process.js';
import { eventually } from '../../../test/support/waiting.js';
import { journey, type Wish } from '../src/journey.js';
import { ServiceProcess } from './service-process.js';

jest.setTimeout(60_000);

const NAMES = ['flights', 'hotels', 'cars', 'payments'];

const wish: Wish = {
  traveller: 'Snorri',
  outbound: 'SK101',
  inbound: 'SK102',
  hotel: 'Harbour',
  nights: 3,
  station: 'airport',
  price: 89_900,
};

describeWithRedis('the travel example', (redisUrl) => {
  const keys = `${runName()}:travel:`;
  let redis: Redis;
  let database: FreshDatabase;
  let server: SkaldProcess;
  let services: Map<string, ServiceProcess>;
  let skald: SkaldClient;

  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/build-when-stale.mjs', 'sdk', 'travel'], { stdio: 'inherit' });
    redis = new Redis(redisUrl, { keyPrefix: keys });
    database = await freshDatabase();
    const settings = { REDIS_URL: redisUrl, KEYS: keys, DECIDES_AFTER: '1500' };
    const [first, ...others] = await Promise.all([
      SkaldProcess.start({ DATABASE_URL: database.url }),
      ...NAMES.map((name) => ServiceProcess.start(name, settings)),
    ]);
    server = first;
    services = new Map(others.map((service) => [service.name, service]));
    skald = new SkaldClient({ baseUrl: server.api.url });
    for (const { name, url } of others) await skald.participants.put(name, { endpoints: [url] });
    await skald.definitions.put(journey);
  });

  afterAll(async () => {
    await server.dispose();
    for (const service of services.values()) await service.kill();
    await database.drop();
    // The prefix goes before what is deleted, but not before a pattern.
    const left = await redis.keys(`${keys}*`);
    if (left.length > 0) await redis.del(left.map((key) => key.slice(keys.length)));
    await redis.quit();
  });

  /** What the services have, by their own books. */
  const books = async () => ({
    outbound: Number(await redis.get('flights:left:SK101')),
    inbound: Number(await redis.get('flights:left:SK102')),
    rooms: Number(await redis.get('hotels:left:Harbour')),
    cars: Number(await redis.get('cars:left:airport')),
    revenue: Number(await redis.get('payments:revenue')),
    requests: await redis.zcard('hotels:tray'),
  });

  /** The hotel's tray is empty a moment after Skald has heard its decision. */
  const expectBooks = async (expected: Awaited<ReturnType<typeof books>>): Promise<void> => {
    await eventually('the tray is empty', async () => (await books()).requests === 0);
    expect(await books()).toEqual(expected);
  };

  const booked = ({ outbound, inbound, rooms, cars, revenue }: Awaited<ReturnType<typeof books>>) => ({
    outbound: outbound - 1,
    inbound: inbound - 1,
    rooms: rooms - 1,
    cars: cars - 1,
    revenue: revenue + wish.price,
    requests: 0,
  });

  /** Steps in the order in which they were undone. */
  const undone = async (id: string): Promise<string[]> => {
    const facts = (await skald.sagas.events(id)).flatMap((entry) => entry.facts);
    return facts.flatMap(({ type, step }) => (type === 'step-compensated' ? [step!] : []));
  };

  it('books and pays when everybody says yes, the hotel later', async () => {
    const before = await books();
    const saga = await skald.sagas.start(journey, wish, { wait: '30s' });
    expect(saga).toMatchObject({
      status: 'completed',
      output: { tickets: [expect.stringMatching(/^SK101/), expect.stringMatching(/^SK102/)] },
    });
    await expectBooks(booked(before));
  });

  it('gives flights and car back, the way back first, when the hotel says no by its callback', async () => {
    const before = await books();
    const saga = await skald.sagas.start(journey, { ...wish, hotel: 'Atlantic' }, { wait: '30s' });
    expect(saga).toMatchObject({ status: 'compensated', reason: { message: expect.stringContaining('Atlantic') } });
    await expectBooks(before);
    const order = await undone(saga.id);
    expect([...order].sort()).toEqual(['car', 'inbound', 'outbound']);
    expect(order.indexOf('inbound')).toBeLessThan(order.indexOf('outbound'));
  });

  it('takes back what the hotel has not decided yet when there is no car', async () => {
    const before = await books();
    const saga = await skald.sagas.start(journey, { ...wish, station: 'harbour' }, { wait: '30s' });
    expect(saga.status).toBe('compensated');
    expect(await undone(saga.id)).toContain('hotel');
    await expectBooks(before);
  });

  it('gives everything back, the decided room as well, when it can not be paid', async () => {
    const before = await books();
    const saga = await skald.sagas.start(journey, { ...wish, price: 2_000_000 }, { wait: '30s' });
    expect(saga.status).toBe('compensated');
    expect((await undone(saga.id)).sort()).toEqual(['car', 'hotel', 'inbound', 'outbound']);
    await expectBooks(before);
  });

  const hotelIs = async (id: string): Promise<string | undefined> =>
    (await skald.sagas.get(id)).steps.find(({ name }) => name === 'hotel')?.status;

  it('completes though the hotel is killed between its 202 and its callback', async () => {
    const before = await books();
    const { id } = await skald.sagas.start(journey, wish);
    await eventually('the hotel has accepted', async () => (await hotelIs(id)) === 'waiting');
    await services.get('hotels')!.kill();
    expect(await hotelIs(id)).toBe('waiting');
    await services.get('hotels')!.restart();
    expect(await skald.sagas.wait(id, { timeout: '30s' })).toMatchObject({ status: 'completed' });
    await expectBooks(booked(before));
  });

  it('gives one room away though the hotel is killed when it has decided, before it knows that Skald has heard', async () => {
    const before = await books();
    const { id } = await skald.sagas.start(journey, wish);
    await eventually('the hotel has accepted', async () => (await hotelIs(id)) === 'waiting');
    server.signal('SIGSTOP'); // so that it answers nothing
    await eventually('the hotel has decided', async () => (await books()).rooms < before.rooms);
    await services.get('hotels')!.kill();
    server.signal('SIGCONT');
    await services.get('hotels')!.restart();
    expect(await skald.sagas.wait(id, { timeout: '30s' })).toMatchObject({ status: 'completed' });
    await expectBooks(booked(before));
  });
});
