import { callOf, participantAt } from '../../test/participants/loopback.js';
import type { Reply } from '../saga/reply.js';
import { stepError } from '../saga/step-error.js';
import type { Participant } from './participant.js';
import { Protections } from './protections.js';
import { ALONE } from './surroundings.js';
import { TimerWheel } from './timer-wheel.js';

const FINE: Reply = { kind: 'succeeded', output: null };
const DOWN: Reply = { kind: 'failed', effect: 'none', error: stepError('connection-refused', 'nobody listens') };
const BREAKER = { consecutiveFailures: 3, resetTimeout: '10s' };

class Scene {
  now = 1_000;
  answer: Reply = FINE;
  sent = 0;
  drawn = 0;
  mayProbe: boolean | Error = true;
  readonly protections = new Protections(
    () => {
      this.sent += 1;
      return Promise.resolve(this.answer);
    },
    {
      ...ALONE,
      now: () => this.now,
      draw: (wants) => {
        this.drawn += wants.reduce((sum, { want }) => sum + want, 0);
        return Promise.resolve(wants.map(({ want }) => ({ count: want, firstInMs: 0 })));
      },
      takeProbe: () =>
        this.mayProbe instanceof Error ? Promise.reject(this.mayProbe) : Promise.resolve(this.mayProbe),
    },
    new TimerWheel(),
  );

  call(participant: Participant, attempt = 1): Promise<Reply> {
    return this.protections.of(participant).send(callOf(participant, { attempt }));
  }

  async break(participant: Participant): Promise<void> {
    this.answer = DOWN;
    for (let i = 0; i < 3; i++) await this.call(participant);
    this.answer = FINE;
  }
}

const inventory = (policy: object = {}) => participantAt('http://127.0.0.1:1', policy);
const byBreaker = expect.objectContaining({ kind: 'refused', by: 'breaker' });
let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

describe('the policies of a participant', () => {
  it('draw no permit for a call that an open breaker holds back, and send nothing', async () => {
    const participant = inventory({ circuitBreaker: BREAKER, rateLimit: { ratePerSecond: 10, capacity: 10 } });
    await scene.break(participant);
    const { drawn } = scene;
    for (let i = 0; i < 50; i++) expect(await scene.call(participant)).toEqual(byBreaker);
    expect(scene).toMatchObject({ sent: 3, drawn });
  });

  it('keep what they have learnt when the rules change, and let go of it when a policy is switched off', async () => {
    await scene.break(inventory({ circuitBreaker: BREAKER }));
    const changed = inventory({ circuitBreaker: { ...BREAKER, minimumCalls: 7 }, bulkhead: { maxConcurrent: 2 } });
    expect(await scene.call(changed)).toEqual(byBreaker);
    expect(scene.protections.snapshots(() => [])['inventory']).toMatchObject({
      breaker: { state: 'open' },
      bulkhead: { limit: 2 },
    });
    const without = inventory();
    await scene.call(without);
    expect(scene.protections.snapshots(() => [])['inventory']).not.toHaveProperty('bulkhead');
  });

  it('obey an operator where no breaker is configured, also one who spoke before the first call', async () => {
    const participant = inventory();
    scene.protections.obey(new Map([['inventory', 'forced-open']]));
    expect(await scene.call(participant)).toEqual(byBreaker);
    scene.protections.obey(new Map());
    expect(await scene.call(participant)).toEqual(FINE);
    expect(scene.sent).toBe(1);
  });

  it.each([
    ['is given the right to', true, FINE],
    ['can ask nobody for the right to', new Error('Postgres is away'), FINE],
    ['hears that another process does', false, byBreaker],
  ])('probe when the time is over if the process %s', async (_, mayProbe, then) => {
    const participant = inventory({ circuitBreaker: BREAKER });
    await scene.break(participant);
    scene.mayProbe = mayProbe;
    scene.now += 10_001;
    expect(await scene.call(participant)).toEqual(byBreaker);
    await new Promise(setImmediate); // until the answer about the probe is there
    expect(await scene.call(participant)).toEqual(then);
  });

  it('call a participant degraded while its breaker is open, but for the one that asks to probe', async () => {
    const participant = inventory({ circuitBreaker: BREAKER });
    const { protections } = scene;
    expect(protections.of(participant).isDegraded(participant)).toBe(false);
    await scene.break(participant);
    expect(protections.of(participant).isDegraded(participant)).toBe(true);
    scene.now += 10_001;
    expect(protections.of(participant).isDegraded(participant)).toBe(false);
  });

  it('pay for retries out of first attempts', async () => {
    const participant = inventory({ retry: { budget: { ratio: 0.1, minPerSecond: 0 } } });
    for (let i = 0; i < 50; i++) await scene.call(participant);
    const replies = await Promise.all(Array.from({ length: 20 }, () => scene.call(participant, 2)));
    const held = replies.filter(({ kind }) => kind === 'refused');
    expect(held.length).toBeGreaterThanOrEqual(14);
    expect(held.length).toBeLessThan(20);
  });

  it('are forgotten an hour after the last call, and not reported after a minute', async () => {
    await scene.call(inventory());
    expect(Object.keys(scene.protections.snapshots(() => []))).toEqual(['inventory']);
    scene.now += 60_001;
    expect(scene.protections.snapshots(() => [])).toEqual({});
    const before = scene.protections.of(inventory());
    scene.now += 3_600_000;
    scene.protections.heed(() => []);
    expect(scene.protections.of(inventory())).not.toBe(before);
  });
});
