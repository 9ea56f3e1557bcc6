import fc from 'fast-check';
import { dice, endpointsOf } from '../../../test/participants/fleet.js';
import type { LoadBalancing } from '../participant.js';
import { Balancer } from './balancer.js';
import type { Member } from './member.js';
import type { OutlierRules } from './ejection.js';

type Event =
  | { readonly type: 'ended'; readonly at: number; readonly index: number; readonly outcome: 'good' | 'bad' | 'busy' }
  | { readonly type: 'checked'; readonly at: number; readonly index: number; readonly isGood: boolean };

const rulesOf = fc.record({
  consecutiveErrors: fc.integer({ min: 1, max: 4 }),
  ejection: fc.constantFrom(1_000, 30_000),
  maxEjectedPercent: fc.constantFrom(0, 1, 50, 67, 100),
});
const fleet = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 })
  .filter((weights) => weights.some((weight) => weight > 0));
const move = fc.oneof(
  { weight: 3, arbitrary: fc.record({ call: fc.nat(20), attempt: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ end: fc.nat(20), outcome: fc.constantFrom('good', 'bad', 'bad', 'busy', 'unsent') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ check: fc.nat(4), isGood: fc.boolean(), times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(1, 400, 1_000, 30_000, 400_000) }) },
);

describe('an endpoint that is out', () => {
  it('gets no call unless fewer than half are in, and no more are ejected than the policy allows', () => {
    let calls = 0;
    let panics = 0;
    let avoided = 0;
    const strategy = fc.constantFrom<LoadBalancing['strategy']>('least_conn', 'round_robin', 'random');
    fc.assert(
      fc.property(
        rulesOf,
        fleet,
        strategy,
        fc.array(move, { minLength: 20, maxLength: 150, size: 'max' }),
        (outlier, weights, by, moves) => {
          const loadBalancing = { strategy: by, outlier, healthCheck: { path: '/', interval: 1_000 } };
          const balancer = new Balancer({ endpoints: endpointsOf(...weights), loadBalancing }, 0);
          const random = dice(moves.length);
          const log: Event[] = [];
          const inFlight: { member: Member; idempotencyKey: string; attempt: number }[] = [];
          let now = 0;
          for (const each of moves) {
            if ('pass' in each) now += each.pass;
            else if ('check' in each) {
              const index = each.check % weights.length;
              for (let n = 0; n < each.times; n++) {
                balancer.checked(balancer.members[index]!, each.isGood, now);
                log.push({ type: 'checked', at: now, index, isGood: each.isGood });
              }
            } else if ('call' in each) {
              const attempt = { idempotencyKey: String(each.call), attempt: each.attempt };
              const member = balancer.choose(attempt, random, now);
              const chosen = balancer.members.indexOf(member);
              const { out } = told(log, weights, outlier, now);
              const sum = (indexes: readonly number[]): number => indexes.reduce((all, i) => all + weights[i]!, 0);
              const isPanic = sum(out) > sum(weights.map((_, index) => index)) / 2;
              if (weights.length > 1) {
                expect(weights[chosen]).toBeGreaterThan(0);
                expect(isPanic || !out.includes(chosen)).toBe(true);
              }
              expect(balancer.snapshot(now).map(({ panic }) => panic)).toEqual(weights.map(() => isPanic));
              calls += 1;
              if (isPanic) panics += 1;
              if (out.length > 0 && !isPanic) avoided += 1;
              balancer.started(member);
              inFlight.push({ member, ...attempt });
            } else if (inFlight.length > 0) {
              const [ended] = inFlight.splice(each.end % inFlight.length, 1);
              balancer.ended(ended!.member, ended!, each.outcome, 10, now);
              const index = balancer.members.indexOf(ended!.member);
              if (each.outcome !== 'unsent') log.push({ type: 'ended', at: now, index, outcome: each.outcome });
            }
            const { ejectedUntil, unhealthy } = told(log, weights, outlier, now);
            const seen = balancer.snapshot(now);
            expect(seen.map(({ ejectedUntilMs }) => ejectedUntilMs)).toEqual(
              ejectedUntil.map((until) => (until > now ? until - now : null)),
            );
            expect(seen.map(({ healthy }) => healthy)).toEqual(weights.map((_, index) => !unhealthy.includes(index)));
            const ejected = seen.filter(({ ejectedUntilMs }) => ejectedUntilMs !== null).length;
            const share = (ejected * 100) / weights.length;
            expect(share <= outlier.maxEjectedPercent || (ejected === 1 && weights.length > 1)).toBe(true);
            if (outlier.maxEjectedPercent === 0) expect(ejected).toBe(0);
            expect(seen.reduce((all, { inFlight: count }) => all + count, 0)).toBe(inFlight.length);
          }
        },
      ),
      { numRuns: 60 },
    );
    // Or else nothing of the above was put to the test.
    expect(Math.min(calls, panics, avoided)).toBeGreaterThan(100);
  });
});

describe('an ejection', () => {
  const outlier = { consecutiveErrors: 3, ejection: 1_000, maxEjectedPercent: 50 };

  it('lasts longer each time, ten times as long at most, and a good while forgives', () => {
    const { fail, lengthAt } = two();
    let now = 0;
    const lengths = Array.from({ length: 12 }, () => {
      fail(now);
      const length = lengthAt(now)!;
      now += length;
      return length;
    });
    expect(lengths).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10].map((times) => times * 1_000));
    fail((now += 4_500));
    expect(lengthAt(now)).toBe(7_000);
    fail((now += 7_000 + 100_000));
    expect(lengthAt(now)).toBe(1_000);
  });

  it('ends on trial: one failure is enough until a call succeeds', () => {
    const { balancer, end, fail, lengthAt } = two();
    fail(0);
    end('bad', 1_000);
    expect(lengthAt(1_000)).toBe(2_000);
    end('good', 3_000);
    end('bad', 3_000);
    end('bad', 3_000);
    expect(lengthAt(3_000)).toBeNull();
    end('bad', 3_000);
    expect(balancer.members.map(({ ejection }) => ejection.isOn(3_000))).toEqual([true, false]);
  });

  it('is lifted when the rule is switched off', () => {
    const { balancer, fail, lengthAt } = two();
    fail(0);
    balancer.adopt({ endpoints: endpointsOf(1, 1), loadBalancing: rules(null) }, 10);
    expect(lengthAt(10)).toBeNull();
    balancer.adopt({ endpoints: endpointsOf(1, 1), loadBalancing: rules(outlier) }, 20);
    expect(lengthAt(20)).toBeNull();
  });

  it('goes on while other things of the policy change', () => {
    const { balancer, fail, lengthAt } = two();
    fail(0);
    balancer.adopt({ endpoints: endpointsOf(1, 1).slice(1), loadBalancing: rules(outlier) }, 10);
    balancer.adopt({ endpoints: endpointsOf(5, 1), loadBalancing: rules(outlier) }, 20);
    expect(lengthAt(20)).toBe(980);
  });

  function two(): {
    balancer: Balancer;
    end: (outcome: 'good' | 'bad', now: number) => void;
    fail: (now: number) => void;
    lengthAt: (now: number) => number | null;
  } {
    const balancer = new Balancer({ endpoints: endpointsOf(1, 1), loadBalancing: rules(outlier) }, 0);
    const end = (outcome: 'good' | 'bad', now: number): void => {
      balancer.started(balancer.members[0]!);
      balancer.ended(balancer.members[0]!, { idempotencyKey: 'k', attempt: 1 }, outcome, 1, now);
    };
    const fail = (now: number): void => [1, 2, 3].forEach(() => end('bad', now));
    return { balancer, end, fail, lengthAt: (now) => balancer.snapshot(now)[0]!.ejectedUntilMs };
  }

  function rules(of: OutlierRules | null): LoadBalancing {
    return { strategy: 'least_conn', outlier: of, healthCheck: null };
  }
});

/** What the log of all that happened says, worked out from its beginning. */
function told(
  log: readonly Event[],
  weights: readonly number[],
  { consecutiveErrors, ejection, maxEjectedPercent }: OutlierRules,
  now: number,
): { ejectedUntil: number[]; unhealthy: number[]; out: number[] } {
  const count = weights.length;
  const ejectedUntil = weights.map(() => -1);
  const sins = weights.map(() => 0);
  const strikes = weights.map(() => 0);
  const checks = weights.map(() => '');
  for (const event of log) {
    const { index, at } = event;
    if (event.type === 'checked') checks[index] = `${checks[index]}${event.isGood ? '+' : '-'}`;
    else if (at >= ejectedUntil[index]! && event.outcome === 'good') strikes[index] = 0;
    else if (at >= ejectedUntil[index]! && event.outcome === 'bad') {
      strikes[index]! += 1;
      const others = ejectedUntil.filter((until) => until > at).length;
      const isRoom =
        count > 1 && maxEjectedPercent > 0 && (others === 0 || ((others + 1) * 100) / count <= maxEjectedPercent);
      if (strikes[index]! < consecutiveErrors || !isRoom) continue;
      const calm = ejectedUntil[index]! < 0 ? 0 : Math.floor((at - ejectedUntil[index]!) / ejection);
      sins[index] = Math.min(10, 1 + Math.max(0, sins[index]! - calm));
      ejectedUntil[index] = at + sins[index] * ejection;
      strikes[index] = consecutiveErrors - 1;
    }
  }
  // In, until three bad checks in a row; out, until two good ones: the last such run decides.
  const unhealthy = weights.flatMap((_, index) => (isUnhealthy(checks[index]!) ? [index] : []));
  const isOut = (index: number): boolean => unhealthy.includes(index) || ejectedUntil[index]! > now;
  return { ejectedUntil, unhealthy, out: weights.flatMap((_, index) => (isOut(index) ? [index] : [])) };
}

function isUnhealthy(checks: string): boolean {
  return checks.lastIndexOf('---') > checks.lastIndexOf('++');
}
