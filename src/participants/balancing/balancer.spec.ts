import fc from 'fast-check';
import { dice, endpointsOf } from '../../../test/participants/fleet.js';
import type { LoadBalancing } from '../participant.js';
import { Balancer } from './balancer.js';
import type { Member } from './member.js';

const OUTLIER = { consecutiveErrors: 3, ejection: 1_000, maxEjectedPercent: 50 };
const FIRST = { attempt: 1, idempotencyKey: 'first' };
const weightsOf = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 });

describe('the shares of endpoints', () => {
  it('are exactly their weights in every round of round robin', () => {
    fc.assert(
      fc.property(weightsOf, fc.integer({ min: 1, max: 4 }), (weights, rounds) => {
        const hits = hitsOf(of(weights, 'round_robin'), rounds * sum(weights));
        expect(hits).toEqual(weights.map((weight) => weight * rounds));
      }),
    );
  });

  it('are spread evenly over a round of round robin', () => {
    const balancer = of([5, 1, 1], 'round_robin');
    const turns = Array.from({ length: 7 }, () => balancer.members.indexOf(balancer.choose(FIRST, dice(), 0)));
    expect(turns).toEqual([0, 0, 1, 0, 2, 0, 0]);
  });

  it.each(['random', 'least_conn'] as const)('follow their weights with %s while all do equally well', (strategy) => {
    fc.assert(
      fc.property(weightsOf, fc.nat(), (weights, seed) => {
        const hits = hitsOf(of(weights, strategy), 4_000, seed);
        weights.forEach((weight, index) => {
          expect(Math.abs(hits[index]! / 4_000 - weight / sum(weights))).toBeLessThan(0.04);
        });
      }),
      { numRuns: 20 },
    );
  });

  it.each(['random', 'round_robin', 'least_conn'] as const)('are nothing for a weight of 0 with %s', (strategy) => {
    expect(hitsOf(of([1, 0, 2], strategy), 300)[1]).toBe(0);
  });
});

describe('the least loaded of two', () => {
  it('is found so well that a server ten times slower gets a few calls, and the queues stay short', () => {
    const { share, longest } = simulate(of([1, 1, 1]), [10, 10, 100], 0.15);
    expect(share[2]).toBeLessThan(0.05);
    expect(share[2]).toBeGreaterThan(0);
    expect(Math.abs(share[0]! - share[1]!)).toBeLessThan(0.1);
    expect(longest).toBeLessThan(20);
  });

  it('gets as many calls as its weight says when there is much to do', () => {
    const { share } = simulate(of([3, 1]), [10, 10], 3);
    expect(share[0]).toBeGreaterThan(0.7);
    expect(share[0]).toBeLessThan(0.8);
  });

  it('is never one that fails fast, although it is the fastest and nothing is ejected', () => {
    const { share } = simulate(of([1, 1, 1]), [10, 10, 0.1], 0.5, [2]);
    expect(share[2]).toBeLessThan(0.02);
  });

  it('may be one again that was slow long ago', () => {
    const balancer = of([1, 1]);
    const [slow, fast] = balancer.members;
    for (const [member, duration] of [[slow!, 400] as const, [fast!, 10] as const]) {
      balancer.started(member);
      balancer.ended(member, FIRST, 'good', duration, 0);
    }
    expect(hitsOf(balancer, 100, 1, 1_000)).toEqual([0, 100]);
    expect(hitsOf(balancer, 100, 1, 120_000)[0]).toBeGreaterThan(30);
  });
});

describe('a repeated attempt', () => {
  it.each(['random', 'round_robin', 'least_conn'] as const)(
    'goes to another endpoint than that where it failed with %s',
    (strategy) => {
      const balancer = of([5, 1, 0], strategy);
      for (let n = 0; n < 200; n++) {
        const failed = call(balancer, { attempt: 1, idempotencyKey: `k${n}` }, n % 2 ? 'bad' : 'busy', n);
        const again = balancer.choose({ attempt: 2, idempotencyKey: `k${n}` }, dice(n), n);
        expect(again).not.toBe(failed);
        expect(again.weight).toBeGreaterThan(0);
      }
    },
  );

  it('goes to the same one when no other is in', () => {
    const balancer = of([1, 0]);
    const failed = call(balancer, FIRST, 'bad', 0);
    expect(balancer.choose({ ...FIRST, attempt: 2 }, dice(), 0)).toBe(failed);
    expect(balancer.chooseOther(failed, dice(), 0)).toBeNull();
  });

  it('is remembered for the last 10,000 operations, until one succeeds', () => {
    const loadBalancing = { ...rules('round_robin'), outlier: null };
    const balancer = new Balancer({ endpoints: endpointsOf(1, 1), loadBalancing }, 0);
    const at = Array.from({ length: 10_002 }, (_, n) =>
      call(balancer, { attempt: 1, idempotencyKey: `k${n}` }, 'bad', 0),
    );
    const avoids = (n: number): boolean =>
      [1, 2, 3].every(() => balancer.choose({ attempt: 2, idempotencyKey: `k${n}` }, dice(), 0) !== at[n]);
    expect([0, 1, 2, 10_001].map(avoids)).toEqual([false, false, true, true]);
    balancer.started(at[5]!);
    balancer.ended(at[5]!, { attempt: 2, idempotencyKey: 'k5' }, 'good', 1, 0);
    expect(avoids(5)).toBe(false);
  });
});

describe('slow start', () => {
  const shareAt = (balancer: Balancer, index: number, now: number): number => balancer.snapshot(now)[index]!.share;

  it('raises an endpoint from a tenth of its weight to all of it in 30 s', () => {
    const balancer = of([1, 1], 'random');
    balancer.adopt({ endpoints: endpointsOf(1, 1, 2), loadBalancing: rules('random') }, 1_000);
    const [tenth, half] = [0.2 / 2.2, 1.1 / 3.1];
    for (const [now, share] of [[1_000, tenth] as const, [16_000, half] as const, [31_000, 0.5] as const]) {
      expect(shareAt(balancer, 2, now)).toBeCloseTo(100 * share, 0);
      expect(hitsOf(balancer, 10_000, 7, now)[2]! / 10_000).toBeCloseTo(share, 1);
    }
    expect(balancer.snapshot(30_999).map(({ slowStart }) => slowStart)).toEqual([false, false, true]);
    expect(balancer.snapshot(31_000)[2]!.slowStart).toBe(false);
  });

  it.each([
    ['that was ejected', (balancer: Balancer) => [0, 0, 0].forEach(() => fail(balancer, 0)), 1_000],
    ['that is healthy again', (balancer: Balancer) => checks(balancer, '---++', 500), 500],
    [
      'that is no longer drained',
      (balancer: Balancer) => {
        balancer.adopt({ endpoints: endpointsOf(0, 1), loadBalancing: rules('random') }, 0);
        balancer.adopt({ endpoints: endpointsOf(1, 1), loadBalancing: rules('random') }, 500);
      },
      500,
    ],
    [
      'that was away',
      (balancer: Balancer) => {
        balancer.adopt({ endpoints: endpointsOf(1, 1).slice(1), loadBalancing: rules('random') }, 0);
        balancer.adopt({ endpoints: endpointsOf(1, 1), loadBalancing: rules('random') }, 500);
      },
      500,
    ],
  ])('is for one %s', (_, happens, joinedAt) => {
    const balancer = of([1, 1], 'random');
    happens(balancer);
    expect(shareAt(balancer, 0, joinedAt)).toBeCloseTo(100 * (0.1 / 1.1), 0);
    expect(shareAt(balancer, 0, joinedAt + 30_000)).toBe(50);
  });

  it('is neither for those that are there from the beginning nor for those whose policy changes', () => {
    const balancer = of([1, 3]);
    expect(shareAt(balancer, 1, 0)).toBe(75);
    balancer.adopt({ endpoints: endpointsOf(1, 1), loadBalancing: rules('round_robin') }, 10);
    expect(shareAt(balancer, 1, 10)).toBe(50);
  });

  it('holds no failure of old against an endpoint that comes back', () => {
    const loadBalancing = { ...rules('least_conn'), outlier: OUTLIER };
    const balancer = new Balancer({ endpoints: endpointsOf(1, 1), loadBalancing }, 0);
    const [failing, other] = balancer.members;
    balancer.started(other!);
    balancer.ended(other!, FIRST, 'good', 1, 0);
    for (let n = 0; n < 20; n++) fail(balancer, 0);
    expect(balancer.choose(FIRST, dice(), 999)).not.toBe(failing);
    expect(hitsOf(balancer, 2_000, 3, 1_000)[0]! / 2_000).toBeCloseTo(0.1 / 1.1, 1);
    expect(balancer.snapshot(1_000)[0]!.latencyMs).toBeNull();
  });

  it('does not starve an endpoint while little is to do', () => {
    const balancer = of([1]);
    balancer.adopt({ endpoints: endpointsOf(1, 1), loadBalancing: rules('least_conn') }, 0);
    expect(hitsOf(balancer, 2_000, 3, 0)[1]! / 2_000).toBeCloseTo(0.1 / 1.1, 1);
  });

  function fail(balancer: Balancer, now: number): void {
    balancer.started(balancer.members[0]!);
    balancer.ended(balancer.members[0]!, FIRST, 'bad', 1, now);
  }

  function checks(balancer: Balancer, results: string, now: number): void {
    for (const result of results) balancer.checked(balancer.members[0]!, result === '+', now);
  }
});

describe('what is known of an endpoint', () => {
  it('stays with its URL while the policy changes', () => {
    const balancer = of([1, 1]);
    const [first] = balancer.members;
    balancer.started(first!);
    balancer.ended(first!, FIRST, 'good', 40, 0);
    balancer.started(first!);
    const [one, two] = endpointsOf(3, 2);
    balancer.adopt({ endpoints: [two!, one!], loadBalancing: rules('random') }, 0);
    expect(balancer.snapshot(0)).toMatchObject([
      { url: two!.url, inFlight: 0, latencyMs: null, share: 40 },
      { url: one!.url, inFlight: 1, latencyMs: 40, share: 60 },
    ]);
    expect(balancer.members[1]!.endpoint).toBe(one);
  });

  it('is forgotten ten minutes after it was dropped', () => {
    const balancer = of([1, 1]);
    const [first] = balancer.members;
    const without = { endpoints: endpointsOf(1, 1).slice(1), loadBalancing: rules('least_conn') };
    balancer.adopt(without, 0);
    balancer.adopt({ ...without, endpoints: endpointsOf(1, 1) }, 599_999);
    expect(balancer.members[0]).toBe(first);
    balancer.adopt(without, 700_000);
    balancer.adopt(without, 1_300_000);
    balancer.adopt({ ...without, endpoints: endpointsOf(1, 1) }, 1_300_000);
    expect(balancer.members[0]).not.toBe(first);
  });

  it('adds the weights of a URL that is listed twice', () => {
    const [one, two] = endpointsOf(1, 2);
    const balancer = new Balancer({ endpoints: [one!, two!, one!], loadBalancing: rules('random') }, 0);
    expect(balancer.snapshot(0).map(({ share }) => share)).toEqual([50, 50]);
  });
});

function rules(strategy: LoadBalancing['strategy']): LoadBalancing {
  return { strategy, outlier: OUTLIER, healthCheck: { path: '/health', interval: 1_000 } };
}

function of(weights: readonly number[], strategy: LoadBalancing['strategy'] = 'least_conn'): Balancer {
  const loadBalancing = { ...rules(strategy), outlier: strategy === 'least_conn' ? null : OUTLIER };
  return new Balancer({ endpoints: endpointsOf(...weights), loadBalancing }, 0);
}

function call(balancer: Balancer, attempt: typeof FIRST, outcome: 'bad' | 'busy', now: number): Member {
  const member = balancer.choose(attempt, dice(now), now);
  balancer.started(member);
  balancer.ended(member, attempt, outcome, 1, now);
  return member;
}

/** How often each is chosen, one call after the other, of which nothing is ever heard. */
function hitsOf(balancer: Balancer, calls: number, seed = 1, now = 0): number[] {
  const random = dice(seed);
  const hits = balancer.members.map(() => 0);
  for (let n = 0; n < calls; n++) hits[balancer.members.indexOf(balancer.choose(FIRST, random, now))]! += 1;
  return hits;
}

/**
 * Twenty seconds of calls at a steady rate to servers that answer each call after their own time, in steps of 1 ms.
 * @param perMs calls
 * @param failing servers that fail every call
 */
function simulate(
  balancer: Balancer,
  times: readonly number[],
  perMs: number,
  failing: readonly number[] = [],
): { share: number[]; longest: number } {
  const random = dice(5);
  const ends: (() => void)[][] = [];
  const hits = times.map(() => 0);
  let longest = 0;
  for (let now = 0; now < 20_000; now++) {
    for (const end of ends[now] ?? []) end();
    for (let n = Math.floor(now * perMs); n < Math.floor((now + 1) * perMs); n++) {
      const member = balancer.choose(FIRST, random, now);
      const index = balancer.members.indexOf(member);
      const duration = times[index]! * (0.5 + random());
      const endsAt = now + Math.max(1, Math.round(duration));
      hits[index]! += 1;
      balancer.started(member);
      longest = Math.max(longest, member.inFlight);
      (ends[endsAt] ??= []).push(() =>
        balancer.ended(member, FIRST, failing.includes(index) ? 'bad' : 'good', duration, endsAt),
      );
    }
  }
  return { share: hits.map((hit) => hit / sum(hits)), longest };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
