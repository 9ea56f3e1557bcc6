import { callOf, participantAt } from '../../../../test/participants/loopback.js';
import type { Reply } from '../../../saga/reply.js';
import type { Send } from '../../chain.js';
import type { ParticipantCall } from '../../participant-call.js';
import { drawTogether } from './draw-together.js';
import { Limiter } from './limiter.js';
import { paceOfRateLimit } from './pace.js';
import { rateLimitPolicy } from './rate-limit.js';
import { draw as drawByTheBook, type Draw, type Want } from './schedule.js';
import { shapingPolicy } from './shaping.js';

const participant = participantAt('http://127.0.0.1:1');
const action = (releasedBy: string | null = null): ParticipantCall => callOf(participant, { releasedBy });

/** Schedules in memory, with a record of what they were asked. */
function schedules(now: () => number): { readonly draw: Draw; readonly asked: Want[] } {
  const fullAt = new Map<string, number>();
  const asked: Want[] = [];
  const draw: Draw = (wants) => {
    asked.push(...wants);
    return Promise.resolve(
      wants.map((want) => {
        const drawn = drawByTheBook(fullAt.get(want.key) ?? -Infinity, want, now());
        fullAt.set(want.key, drawn.fullAt);
        return drawn.grant;
      }),
    );
  };
  return { draw, asked };
}

describe('a call that is limited', () => {
  let clock: number;
  let sent: number;
  let answer: Reply;
  const now = (): number => clock;
  const send: Send = () => {
    sent += 1;
    return Promise.resolve(answer);
  };
  const limiterOn = (draw: Draw, capacity = 1, ratePerSecond = 1, processes = 1): Limiter => {
    const limiter = new Limiter({ draw, now, processes: () => processes, key: 'p' });
    limiter.adopt(paceOfRateLimit({ capacity, ratePerSecond }));
    return limiter;
  };

  beforeEach(() => {
    clock = 1_000;
    sent = 0;
    answer = { kind: 'succeeded', output: null };
  });

  it('goes out with a permit, is parked for its turn without one, and passes without a draw when it comes back', async () => {
    const { draw, asked } = schedules(now);
    const policy = rateLimitPolicy(limiterOn(draw));
    expect(await policy(action(), send)).toEqual(answer);
    expect(await policy(action(), send)).toEqual({ kind: 'refused', by: 'rate-limit', wait: 1_000 });
    expect(await policy(action(), send)).toEqual({ kind: 'refused', by: 'rate-limit', wait: 2_000 });
    const draws = asked.length;
    expect(await policy(action('rate-limit'), send)).toEqual(answer);
    expect(asked).toHaveLength(draws);
    expect(sent).toBe(2);
  });

  it.each(['breaker', 'shaping', 'rate-limit-full'])('draws when it was released by %s', async (by) => {
    const { draw } = schedules(now);
    const policy = rateLimitPolicy(limiterOn(draw));
    await policy(action(), send);
    expect(await policy(action(by), send)).toMatchObject({ kind: 'refused', by: 'rate-limit' });
  });

  it('is told to ask again when the schedule is booked to its horizon, each at a time of its own', async () => {
    const { draw } = schedules(now);
    const policy = rateLimitPolicy(limiterOn(draw));
    const replies = await Promise.all(Array.from({ length: 161 }, () => policy(action(), send)));
    const waits = replies.map((reply) => (reply.kind === 'refused' && reply.by === 'rate-limit-full' ? reply.wait : 0));
    const away = waits.filter((wait) => wait > 0).sort((a, b) => a - b);
    expect(away).toHaveLength(100);
    expect(away[0]).toBeGreaterThanOrEqual(45_000);
    expect(away.at(-1)).toBeLessThanOrEqual(60_000);
    away.slice(1).forEach((wait, i) => expect(wait - (away[i] as number)).toBeLessThan(600));
  });

  it('leaves its permit to the next one when it is refused further in', async () => {
    const { draw } = schedules(now);
    const policy = rateLimitPolicy(limiterOn(draw));
    answer = { kind: 'refused', by: 'bulkhead', wait: 5 };
    expect(await policy(action(), send)).toEqual(answer);
    answer = { kind: 'succeeded', output: null };
    expect(await policy(action(), send)).toEqual(answer);
    expect(await policy(action(), send)).toMatchObject({ by: 'rate-limit' });
  });

  it('passes shaping once: a reservation of the rate limit behind it counts for both', async () => {
    const shaping = new Limiter({ draw: schedules(now).draw, now, processes: () => 1, key: 'shaping' });
    shaping.adopt({ ratePerSecond: 1, capacity: 1, stock: 0, horizonMs: 30_000 });
    const policy = shapingPolicy(shaping);
    answer = { kind: 'refused', by: 'rate-limit', wait: 7_000 };
    expect(await policy(action(), send)).toEqual(answer);
    answer = { kind: 'succeeded', output: null };
    expect(await policy(action('rate-limit'), send)).toEqual(answer);
    expect(await policy(action('shaping'), send)).toEqual(answer);
    // Its permit was spent on the call that the rate limit held.
    expect(await policy(action(), send)).toEqual({ kind: 'refused', by: 'shaping', wait: 1_000 });
  });

  it('goes past all actions when it is a compensation: only those before it in the reserve count', async () => {
    const { draw, asked } = schedules(now);
    const policy = rateLimitPolicy(limiterOn(draw, 20, 20));
    await Promise.all(Array.from({ length: 500 }, () => policy(action(), send)));
    asked.length = 0;
    const undo = callOf(participant, { operation: 'compensation' });
    const replies = await Promise.all(Array.from({ length: 8 }, () => policy(undo, send)));
    // A twentieth of the rate is one per second; actions have taken the one that was there.
    expect(replies.map((reply) => (reply.kind === 'refused' ? reply.wait : 0))).toEqual(
      Array.from({ length: 8 }, (_, i) => (i + 1) * 1_000),
    );
    expect(asked.reduce((sum, { want }) => sum + want, 0)).toBe(8);
  });

  it('sits out a wait of a few ms in memory, but only with so many others', async () => {
    const { draw } = schedules(now);
    const policy = rateLimitPolicy(limiterOn(draw, 1, 100_000));
    const replies = await Promise.all(Array.from({ length: 300 }, () => policy(action(), send)));
    expect(replies.filter(({ kind }) => kind === 'succeeded')).toHaveLength(1 + 256);
    expect(replies.filter(({ kind }) => kind === 'refused')).toHaveLength(300 - 257);
  });

  it('takes what lies in stock without asking anybody', async () => {
    const { draw, asked } = schedules(now);
    const limiter = limiterOn(draw, 10_000, 10_000);
    const policy = rateLimitPolicy(limiter);
    for (let i = 0; i < 1_000; i++) {
      clock += 0.5;
      await policy(action(), send);
    }
    expect(sent).toBe(1_000);
    expect(limiter.snapshot(now())).toMatchObject({ ratePerSecond: 10_000, capacity: 10_000, shared: true, waitMs: 0 });
    const stocked = limiter.snapshot(now())?.stocked;
    expect(stocked).toBeGreaterThan(0);
    limiter.adopt(paceOfRateLimit({ capacity: 10_000, ratePerSecond: 10_000 }));
    expect(limiter.snapshot(now())?.stocked).toBe(stocked);
    // Two calls per ms, 20 ms ahead: a draw of two lanes for twenty calls or more.
    expect(asked.length).toBeLessThan((1_000 / 20) * 2 + 20);
  });

  it('is not limited once the limit is gone, and by the new limit when it changes', async () => {
    const { draw } = schedules(now);
    const limiter = limiterOn(draw);
    const policy = rateLimitPolicy(limiter);
    await policy(action(), send);
    limiter.adopt(null);
    for (let i = 0; i < 5; i++) expect(await policy(action(), send)).toEqual(answer);
    expect(limiter.snapshot(now())).toBeNull();
    limiter.adopt(paceOfRateLimit({ capacity: 1, ratePerSecond: 2 }));
    expect(await policy(action(), send)).toMatchObject({ wait: 1_000 });
    expect(await policy(action(), send)).toMatchObject({ wait: 1_500 });
  });

  describe('while the shared schedules are away', () => {
    it('goes by the share of its process, and by all when they are back, without another burst', async () => {
      const shared = schedules(now);
      let isAway = true;
      let tries = 0;
      const draw: Draw = (wants) => {
        tries += 1;
        return isAway ? Promise.reject(new Error('away')) : shared.draw(wants);
      };
      const limiter = limiterOn(draw, 1, 10, 4);
      const policy = rateLimitPolicy(limiter);
      // One at once, then a quarter of the rate.
      expect(await policy(action(), send)).toEqual(answer);
      expect(await policy(action(), send)).toMatchObject({ wait: 400 });
      expect(await policy(action(), send)).toMatchObject({ wait: 800 });
      expect(limiter.snapshot(now())).toMatchObject({ shared: false });
      expect(tries).toBe(1);
      isAway = false;
      clock += 1_000;
      // The try is made beside the call, whose permit is of the local share.
      expect(await policy(action(), send)).toMatchObject({ wait: 200 });
      await new Promise(setImmediate);
      expect(limiter.snapshot(now())).toMatchObject({ shared: true });
      expect(await policy(action(), send)).toMatchObject({ wait: 600 });
      expect(await policy(action(), send)).toMatchObject({ wait: 700 });
    });

    it('keeps to what was booked before', async () => {
      const shared = schedules(now);
      let isAway = false;
      const limiter = limiterOn((wants) => (isAway ? Promise.reject(new Error('away')) : shared.draw(wants)), 1, 10, 2);
      const policy = rateLimitPolicy(limiter);
      await Promise.all(Array.from({ length: 51 }, () => policy(action(), send)));
      isAway = true;
      expect(await policy(action(), send)).toMatchObject({ by: 'rate-limit', wait: 5_100 });
      expect(await policy(action(), send)).toMatchObject({ by: 'rate-limit', wait: 5_300 });
    });
  });
});

describe('draws of several limiters', () => {
  const want = (key: string): Want => ({ key, want: 1, intervalMs: 1, burst: 1, horizonMs: 0, notBeforeMs: 0 });

  it('travel together, and each gets its own grants', async () => {
    const requests: string[] = [];
    const draw = drawTogether((wants) => {
      requests.push(wants.map(({ key }) => key).join());
      return Promise.resolve(wants.map(({ key }) => ({ count: Number(key), firstInMs: 0 })));
    });
    const grants = await Promise.all([draw([want('1')]), draw([want('2'), want('3')]), draw([want('4')])]);
    expect(requests).toEqual(['1,2,3,4']);
    expect(grants.map((each) => each.map(({ count }) => count))).toEqual([[1], [2, 3], [4]]);
  });

  it('fail within 100 ms when there is no answer, and at once until it has come', async () => {
    let answer = (): void => undefined;
    const draw = drawTogether(
      (wants) => new Promise((done) => (answer = () => done(wants.map(() => ({ count: 0, firstInMs: 0 }))))),
    );
    const from = performance.now();
    await expect(draw([want('1')])).rejects.toMatchObject({ code: 'schedules-away' });
    expect(performance.now() - from).toBeLessThan(300);
    const again = performance.now();
    await expect(draw([want('2')])).rejects.toMatchObject({ code: 'schedules-away' });
    expect(performance.now() - again).toBeLessThan(20);
    answer();
    await new Promise(setImmediate);
    const late = draw([want('3')]);
    await new Promise((done) => setTimeout(done, 10));
    answer();
    expect(await late).toHaveLength(1);
  });
});
