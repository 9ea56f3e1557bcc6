import fc from 'fast-check';
import { DEFAULT_CIRCUIT_BREAKER, type CircuitBreaker } from '../../participant.js';
import { Breaker } from './breaker.js';
import type { BreakerReport } from './breaker-report.js';

const RULES: CircuitBreaker = { ...DEFAULT_CIRCUIT_BREAKER, consecutiveFailures: 3, failureThreshold: null };

/** Open since 0. */
function opened(rules = RULES): Breaker {
  const breaker = new Breaker(rules, 0);
  for (let n = 0; n < 3; n++) breaker.ended('failure', 10, 0);
  expect(breaker.report(0).state).toBe('open');
  return breaker;
}

/** Half-open since `now`. */
function probing(breaker: Breaker, now: number): Breaker {
  breaker.hold('action', null, now);
  expect(breaker.wantsProbe(now)).toBe(true);
  breaker.probeGranted(now, 3_000);
  expect(breaker.report(now).state).toBe('half-open');
  return breaker;
}

function peer(report: Partial<BreakerReport>): BreakerReport {
  const window = { calls: 0, failures: 0, slow: 0, ms: 30_000 };
  const times = { sinceMs: 500, openedMs: null, halfOpensMs: null, closedByProbeMs: null };
  return { state: 'closed', why: 'start', window, ...times, ...report };
}

const witness = peer({ state: 'open', why: 'calls', openedMs: 500, halfOpensMs: 100 });

describe('an open breaker', () => {
  it('wakes as many as may probe when it half-opens, compensations before actions, and all others one by one', () => {
    const breaker = opened();
    const waits = (operation: 'action' | 'compensation', many: number): number[] =>
      Array.from({ length: many }, () => breaker.hold(operation, null, 1_000)!);
    expect(waits('compensation', 5)).toEqual(new Array(5).fill(4_000));
    for (const wait of waits('action', 5)) {
      expect(wait).toBeGreaterThanOrEqual(4_100);
      expect(wait).toBeLessThanOrEqual(4_250);
    }
    const others = waits('action', 500);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(5_000);
    expect(new Set(others).size).toBe(500);
  });

  it('asks for the right to probe only with a call at hand, once at a time, and again after a refusal or silence', () => {
    const breaker = opened();
    breaker.hold('action', null, 4_999);
    expect(breaker.wantsProbe(4_999)).toBe(false);
    expect(breaker.wantsProbe(5_999)).toBe(true);
    expect(breaker.wantsProbe(6_000)).toBe(false);
    breaker.hold('action', null, 6_000);
    expect(breaker.wantsProbe(6_000)).toBe(true);
    breaker.probeAsked(6_000);
    expect(breaker.wantsProbe(6_500)).toBe(false);
    expect(breaker.wantsProbe(7_000)).toBe(true);
    breaker.probeDenied(7_000, 800);
    breaker.hold('action', null, 7_500);
    expect(breaker.wantsProbe(7_799)).toBe(false);
    expect(breaker.wantsProbe(7_800)).toBe(true);
  });

  it('gives a place back that was not used, and all of them when the lease is over', () => {
    const breaker = probing(opened(), 5_000);
    const places = (now: number): number => {
      let many = 0;
      while (breaker.admit('action', now) === null) many += 1;
      return many;
    };
    expect(places(5_000)).toBe(5);
    breaker.ended('unsent', 0, 5_100);
    expect(places(5_100)).toBe(1);
    expect(breaker.report(8_000)).toMatchObject({ state: 'open', halfOpensMs: 0 });
    probing(breaker, 8_000);
    // A probe of the lease that is over, at last.
    breaker.ended('success', 3_050, 8_050);
    expect(places(8_100)).toBe(5);
  });

  it('makes actions wait a moment when compensations do', () => {
    const breaker = opened();
    breaker.hold('compensation', null, 4_000);
    probing(breaker, 5_000);
    expect(breaker.hold('action', 'breaker', 5_200)).toBeGreaterThan(0);
    expect(breaker.admit('action', 5_200)).toBeGreaterThan(0);
    expect(breaker.hold('compensation', 'breaker', 5_200)).toBeNull();
    expect(breaker.admit('compensation', 5_200)).toBeNull();
    expect(breaker.hold('action', 'breaker', 5_300)).toBeNull();
  });

  it('closes when a peer has closed by probing since it opened, and for no other news', () => {
    const breaker = opened();
    breaker.heed([peer({ closedByProbeMs: 2_000 }), peer({ state: 'closed', why: 'peer' })], 2_000);
    breaker.heed([peer({ state: 'open', closedByProbeMs: 100 })], 2_000);
    expect(breaker.report(2_000).state).toBe('open');
    breaker.heed([peer({ closedByProbeMs: 100 })], 2_000);
    expect(breaker.report(2_000)).toMatchObject({ state: 'closed', why: 'peer', closedByProbeMs: null });
    expect(breaker.hold('action', null, 2_000)).toBeNull();
    // The ramp.
    expect(breaker.hold('action', null, 2_001)).toBeGreaterThan(0);
  });

  it('believes only its own probes once a peer was wrong', () => {
    const breaker = opened();
    breaker.heed([peer({ closedByProbeMs: 100 })], 2_000);
    for (let n = 0; n < 3; n++) breaker.ended('failure', 10, 3_000);
    breaker.heed([peer({ closedByProbeMs: 100 })], 5_000);
    expect(breaker.report(5_000)).toMatchObject({ state: 'open', halfOpensMs: 8_000 });
    probing(breaker, 13_000);
    for (let n = 0; n < 5; n++) expect(breaker.admit('action', 13_000)).toBeNull();
    for (let n = 0; n < 5; n++) breaker.ended('success', 10, 13_010);
    expect(breaker.report(13_010)).toMatchObject({ state: 'closed', why: 'probe', closedByProbeMs: 0 });
  });
});

describe('a closed breaker', () => {
  it.each([
    ['two of three others are open by their own calls', [witness, witness, peer({})], 'open'],
    ['one of one is', [witness], 'closed'],
    ['two of four others are, which is less than half', [witness, witness, peer({}), peer({})], 'closed'],
    ['three of four others are', [witness, witness, witness, peer({})], 'open'],
    ['one followed a quorum', [witness, { ...witness, why: 'quorum' }, peer({})], 'closed'],
    ['one was forced', [witness, { ...witness, state: 'forced-open' }, peer({})], 'closed'],
  ] as const)('hears that %s', (_, peers, state) => {
    const breaker = new Breaker(RULES, 0);
    breaker.heed(peers, 1_000);
    expect(breaker.report(1_000).state).toBe(state);
  });

  it('does not follow witnesses who opened before it found the participant well', () => {
    const breaker = probing(opened(), 5_000);
    for (let n = 0; n < 5; n++) breaker.admit('action', 5_000);
    for (let n = 0; n < 5; n++) breaker.ended('success', 10, 5_010);
    breaker.heed(
      [
        { ...witness, openedMs: 600 },
        { ...witness, openedMs: 600 },
      ],
      5_500,
    );
    expect(breaker.report(5_500).state).toBe('closed');
    breaker.heed([witness, witness], 6_500);
    expect(breaker.report(6_500)).toMatchObject({ state: 'open', why: 'quorum' });
  });

  it('learns nothing from calls that were sent before it closed', () => {
    const breaker = opened();
    breaker.heed([peer({ closedByProbeMs: 0 })], 4_000);
    for (let n = 0; n < 10; n++) breaker.ended('failure', 4_500, 5_000);
    expect(breaker.report(5_000)).toMatchObject({ state: 'closed', window: { calls: 0 } });
  });

  it('keeps what it has seen when its rules change, and judges by the new ones', () => {
    const breaker = new Breaker({ ...RULES, consecutiveFailures: null, failureThreshold: 80, minimumCalls: 10 }, 0);
    for (let n = 0; n < 20; n++) breaker.ended(n % 2 ? 'failure' : 'success', 10, n);
    breaker.adopt({ ...RULES, consecutiveFailures: null, failureThreshold: 40, minimumCalls: 10, window: 9_000 }, 100);
    expect(breaker.report(100)).toMatchObject({ state: 'closed', window: { calls: 20, failures: 10, ms: 9_000 } });
    breaker.ended('success', 10, 110);
    expect(breaker.report(110).state).toBe('open');
  });
});

describe("an operator's order", () => {
  it('holds everything back, spread over time, and lets it out on a ramp when it ends', () => {
    const breaker = new Breaker(RULES, 0);
    breaker.force('forced-open', 0);
    expect(breaker.report(10)).toMatchObject({ state: 'forced-open', why: 'operator', sinceMs: 10 });
    const waits = Array.from({ length: 50 }, () => breaker.hold('compensation', 'breaker', 10)!);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(5_000);
    expect(new Set(waits).size).toBe(50);
    expect(breaker.admit('action', 10)).toBeGreaterThan(0);
    expect(breaker.wantsProbe(60_000)).toBe(false);
    breaker.heed([peer({ closedByProbeMs: 0 })], 60_000);
    expect(breaker.report(60_000).state).toBe('forced-open');
    breaker.force('auto', 60_000);
    expect(breaker.report(60_000)).toMatchObject({ state: 'closed', why: 'operator' });
    const passed = Array.from({ length: 100 }, () => breaker.hold('action', null, 60_000)).filter(
      (wait) => wait === null,
    );
    expect(passed.length).toBeLessThanOrEqual(2);
  });

  it('lets everything through, goes on counting, and opens at its end if the window says so', () => {
    const breaker = opened();
    breaker.force('forced-closed', 10);
    expect(breaker.hold('action', null, 10)).toBeNull();
    expect(breaker.admit('action', 10)).toBeNull();
    for (let n = 0; n < 9; n++) breaker.ended('failure', 10, 50);
    breaker.heed([witness, witness], 60);
    expect(breaker.report(60)).toMatchObject({ state: 'forced-closed', openedMs: null });
    breaker.force('auto', 60);
    expect(breaker.report(60)).toMatchObject({ state: 'open', why: 'calls' });
    breaker.force('forced-closed', 70);
    breaker.ended('success', 10, 90);
    breaker.force('auto', 100);
    expect(breaker.report(100).state).toBe('closed');
  });
});

describe('a breaker on its way back', () => {
  it.each(['breaker', 'rate-limit', 'bulkhead'])('lets a call pass that comes when %s told it to', (policy) => {
    const breaker = new Breaker(RULES, 0);
    breaker.force('forced-open', 0);
    breaker.force('auto', 10);
    for (let n = 0; n < 50; n++) breaker.hold('action', null, 10);
    expect(breaker.hold('action', null, 5_000)).toBeGreaterThan(0);
    expect(breaker.hold('action', policy, 5_000)).toBeNull();
  });

  it('holds even those to the pace', () => {
    const breaker = new Breaker(RULES, 0);
    breaker.force('forced-open', 0);
    breaker.force('auto', 10);
    const passed = Array.from({ length: 50 }, () => breaker.hold('action', 'rate-limit', 10)).filter(
      (it) => it === null,
    );
    expect(passed.length).toBeLessThan(5);
  });
});

describe('a clock that is set', () => {
  it('never stops a breaker from closing again, nor makes it tell anybody to wait for ever', () => {
    const jump = fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: -1e12, max: 1e12 }));
    fc.assert(
      fc.property(fc.array(jump, { maxLength: 30 }), fc.boolean(), (jumps, fails) => {
        let now = 1e12;
        const breaker = new Breaker(RULES, now);
        const call = (): void => {
          const wait = breaker.hold('action', null, now) ?? breaker.admit('action', now);
          if (breaker.wantsProbe(now)) breaker.probeGranted(now, 3_000);
          if (wait === null) return breaker.ended(fails ? 'failure' : 'success', 10, now);
          expect(wait).toBeGreaterThan(0);
          expect(wait).toBeLessThanOrEqual(RULES.maxResetTimeout + 242_000);
        };
        for (const ms of jumps) {
          now += ms;
          call();
        }
        fails = false;
        for (let n = 0; n < 400 && breaker.report(now).state !== 'closed'; n++, now += 250) call();
        expect(breaker.report(now).state).toBe('closed');
        expect(Object.values(breaker.report(now).window).every((count) => count >= 0)).toBe(true);
      }),
    );
  });
});
