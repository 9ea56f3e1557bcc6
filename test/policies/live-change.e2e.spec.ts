import { freshDatabase, type FreshDatabase } from '../support/database.js';
import { ParticipantProcess } from '../support/participant-process.js';
import { SkaldProcess } from '../support/skald-process.js';
import { eventually, sleep } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { attemptsOf, endedCrowd, startCrowd } from './crowd.js';

jest.setTimeout(120_000);

/** How soon a change is in force in every process (contract §6), and some for a machine that is busy. In ms. */
const IN_FORCE = 2_500;

/** Calls per second. */
const SLOW = 5;
const FAST = 500;

/** Sagas that an order holds back. Few: they come back on a ramp. */
const HELD = 8;

describe('what operators change through one process, while another one makes the calls', () => {
  let database: FreshDatabase;
  let participants: ParticipantProcess;
  let api: SkaldProcess;
  let worker: SkaldProcess;

  beforeAll(async () => {
    database = await freshDatabase();
    participants = await ParticipantProcess.start();
    api = await SkaldProcess.start({ DATABASE_URL: database.url, SKALD_ROLE: 'api' });
    worker = await SkaldProcess.start({ DATABASE_URL: database.url, SKALD_ROLE: 'worker' });
  });
  afterAll(async () => {
    await Promise.all([api.dispose(), worker.dispose()]);
    await participants.stop();
    await database.drop();
  });

  const put = (name: string, policy: Parameters<typeof api.api.putParticipant>[2]) =>
    api.api.putParticipant(name, participants.endpoint(name), policy);
  const define = (name: string, participant: string) =>
    api.api.postDefinition({ name, steps: [step('charge', { participant })] });
  const arrivalsAt = async (name: string, since = 0): Promise<number[]> => {
    const { calls } = await participants.ledger();
    return calls.filter((call) => call.participant === name && call.at >= since).map(({ at }) => at);
  };

  it('is in force there: a rate limit, up and down again', async () => {
    const limit = (ratePerSecond: number) => put('desk', { rateLimit: { ratePerSecond, capacity: 1 } });
    /** Ms from the first call of so many sagas to the last one. */
    const spanOf = async (definition: string, count: number): Promise<number> => {
      await define(definition, 'desk');
      const since = Date.now();
      await startCrowd(api.api, definition, count);
      expect(attemptsOf(await endedCrowd(api.api, definition))).toEqual({ 1: count });
      const arrivals = await arrivalsAt('desk', since);
      expect(arrivals).toHaveLength(count);
      return arrivals.at(-1)! - arrivals[0]!;
    };
    /** So many calls keep an interval between each two; a call may be late, and the next one not. */
    const atLeast = (count: number): number => ((count - 2) * 1_000) / SLOW;

    await limit(SLOW);
    expect(await spanOf('slow', 10)).toBeGreaterThan(atLeast(10));

    await limit(FAST);
    await sleep(IN_FORCE);
    expect(await spanOf('fast', 100)).toBeLessThan(atLeast(100) / 2);

    await limit(SLOW);
    await sleep(IN_FORCE);
    expect(await spanOf('slow-again', 15)).toBeGreaterThan(atLeast(15));
  });

  it('is in force there: a breaker that is forced open, and the end of that order', async () => {
    await put('counter', { circuitBreaker: {} });
    await define('sale', 'counter');
    const order = async (state: string) => {
      const answer = await api.api.request('PUT', '/v1/admin/participants/counter/breaker', { state, reason: 'drill' });
      expect(answer.status).toBe(200);
    };
    const first = await api.api.start('sale');
    expect((await api.api.ended(first)).status).toBe('completed');

    await order('forced-open');
    await sleep(IN_FORCE);
    await startCrowd(api.api, 'sale', HELD);
    await eventually('all of them are held back by the breaker', async () => {
      const sagas = (await api.api.list('/v1/sagas', 'definition=sale')).filter(({ id }) => id !== first);
      return sagas.length === HELD && sagas.every(({ steps }) => steps[0]!.waitingFor?.by === 'breaker');
    });
    expect(await arrivalsAt('counter')).toHaveLength(1);

    await order('auto');
    const sagas = await endedCrowd(api.api, 'sale');
    expect(attemptsOf(sagas)).toEqual({ 1: HELD + 1 });
    expect(await arrivalsAt('counter')).toHaveLength(HELD + 1);
  });
});
