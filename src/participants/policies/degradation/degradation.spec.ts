import fc from 'fast-check';
import type { Degradation, DegradationCondition } from '../../participant.js';
import { Degrading } from './degradation.js';

type Outcome = 'success' | 'failure' | 'unsent';

/**
 * What a participant's degradation should be, worked out from scratch at each look: a plain list of calls, no sums, no
 * ring. It shares with the real one that time goes by in twelfths of the window.
 */
class Reference {
  private calls: { at: number; failed: boolean; duration: number }[] = [];
  private degraded = false;
  private turnedAt: number;
  private clearFrom: number | undefined;
  private asked: number[] = [];
  private probedAt = 0;

  constructor(
    private readonly conditions: readonly DegradationCondition[],
    now: number,
  ) {
    this.turnedAt = now;
  }

  ended(outcome: Outcome, duration: number, now: number): void {
    if (outcome === 'unsent' || this.conditions.length === 0) return;
    this.calls.push({ at: now, failed: outcome === 'failure', duration });
    if (this.degraded) this.look(now);
    else if (this.seen(now).length >= 10 && this.conditions.some((condition) => this.distance(condition, now) >= 0))
      this.turn(true, now);
  }

  isDegraded(now: number): boolean {
    if (this.degraded) this.look(now);
    return this.degraded;
  }

  letsProbeThrough(now: number): boolean {
    if (!this.isDegraded(now)) return true;
    this.asked.push(now);
    const isTenth = this.asked.length === 10;
    if (!isTenth && now < this.probedAt + 1_000) return false;
    this.asked = [];
    this.probedAt = now;
    return true;
  }

  private look(now: number): void {
    const seen = this.seen(now).length;
    const says = seen >= 10 || (seen > 0 && now >= this.turnedAt + 30_000);
    const clear = says && this.conditions.every((condition) => this.distance(condition, now) === -1);
    if (!clear) this.clearFrom = undefined;
    else if (this.clearFrom === undefined) this.clearFrom = now;
    else if (now >= this.clearFrom + 5_000) this.turn(false, now);
  }

  private turn(degraded: boolean, now: number): void {
    this.degraded = degraded;
    this.turnedAt = this.probedAt = now;
    this.clearFrom = undefined;
    this.calls = [];
    this.asked = [];
  }

  private seen(now: number) {
    return this.calls.filter(({ at }) => Math.floor(at / 2_500) > Math.floor(now / 2_500) - 12);
  }

  /** -1: clear of the threshold by a fifth. 1: beyond it. 0: just there. -0.5: between. */
  private distance({ type, threshold }: DegradationCondition, now: number): number {
    const seen = this.seen(now);
    const failed = seen.filter((call) => call.failed).length / seen.length;
    const mean = seen.reduce((sum, { duration }) => sum + duration, 0) / seen.length;
    if (type === 'latency') return mean > threshold ? 1 : mean <= threshold * 0.8 ? -1 : -0.5;
    const share = (failed * seen.length * 100) / seen.length;
    if (type === 'error_rate') return share >= threshold ? 1 : share <= threshold * 0.8 ? -1 : -0.5;
    const well = 100 - share;
    return well < threshold ? 1 : well >= threshold + (100 - threshold) * 0.2 ? -1 : -0.5;
  }
}

const condition: fc.Arbitrary<DegradationCondition> = fc.oneof(
  fc.record({ type: fc.constant('latency' as const), threshold: fc.constantFrom(100, 500) }),
  fc.record({ type: fc.constant('error_rate' as const), threshold: fc.constantFrom(25, 50, 100) }),
  fc.record({ type: fc.constant('availability' as const), threshold: fc.constantFrom(50, 80) }),
);

/** A stretch of time in which a participant behaves in one way. */
const stretch = fc.record({
  calls: fc.integer({ min: 1, max: 60 }),
  every: fc.constantFrom(1, 40, 130, 900, 2_500, 12_000),
  failing: fc.constantFrom(0, 0.2, 0.24, 0.4, 0.5, 1),
  duration: fc.constantFrom(10, 80, 81, 100, 101, 400, 450, 600),
  unsent: fc.boolean(),
});

describe('the degradation of a participant', () => {
  it('is what a naive reference makes of the same calls', () => {
    let degraded = 0;
    let left = 0;
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 3 }), fc.array(stretch, { maxLength: 12 }), (conditions, life) => {
        const degrading = new Degrading(rules(...conditions), 7);
        const reference = new Reference(conditions, 7);
        let now = 7;
        let was = false;
        const expected: boolean[] = [];
        const found: boolean[] = [];
        for (const { calls, every, failing, duration, unsent } of life) {
          for (let i = 0; i < calls; i++) {
            now += every;
            const sent = reference.letsProbeThrough(now);
            const is = reference.isDegraded(now);
            expected.push(sent, is);
            found.push(degrading.letsProbeThrough(now), degrading.isDegraded(now));
            degraded += Number(is && !was);
            left += Number(was && !is);
            was = is;
            if (!sent && i % 3 > 0) continue; // some steps have nothing that could stand in: they are sent
            const failed = Math.floor((i + 1) * failing) > Math.floor(i * failing);
            const outcome = unsent && i % 4 === 0 ? 'unsent' : failed ? 'failure' : 'success';
            degrading.ended(outcome, duration, now);
            reference.ended(outcome, duration, now);
          }
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 120 },
    );
    // The lives are such that something happens in them.
    expect(degraded).toBeGreaterThan(40);
    expect(left).toBeGreaterThan(8);
  });

  it.each<[DegradationCondition, (i: number) => [Outcome, number]]>([
    [{ type: 'latency', threshold: 100 }, (i) => ['success', i % 2 === 0 ? 98 : 102.1]],
    [{ type: 'error_rate', threshold: 50 }, (i) => [i % 2 === 0 ? 'failure' : 'success', 1]],
    [{ type: 'availability', threshold: 80 }, (i) => [i % 4 === 0 ? 'failure' : 'success', 1]],
  ])('does not flap while %j is only just met', (one, call) => {
    const degrading = new Degrading(rules(one), 0);
    let sent = 0;
    expect(turnsOf(degrading, () => call(sent++))).toBe(1);
  });

  it('hardly ever turns while chance fails as many calls as the threshold says', () => {
    const degrading = new Degrading(rules({ type: 'error_rate', threshold: 50 }), 0);
    let seed = 1;
    const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const turns = turnsOf(degrading, () => [chance() < 0.5 ? 'failure' : 'success', 1]);
    expect(turns).toBeGreaterThan(0);
    expect(turns).toBeLessThanOrEqual(3);
  });

  it('sends one call in ten while it lasts, and one a second where there are fewer', () => {
    const busy = degradedAt(0);
    expect(count(1_000, (i) => busy.letsProbeThrough(i))).toBe(100);
    const quiet = degradedAt(0);
    expect(count(50, (i) => quiet.letsProbeThrough(1 + i * 400))).toBe(16);
    const idle = degradedAt(0);
    expect(count(10, (i) => idle.letsProbeThrough(60_000 * (i + 1)))).toBe(10);
  });

  it('is over some seconds after the participant is well, also where hardly anybody calls it', () => {
    const busy = degradedAt(0);
    const well = (degrading: Degrading, every: number): number => {
      for (let now = every; now < 600_000; now += every) {
        if (!degrading.isDegraded(now)) return now;
        if (degrading.letsProbeThrough(now)) degrading.ended('success', 1, now);
      }
      return Infinity;
    };
    // A hundred calls are ten probes; then five seconds.
    expect(well(busy, 10)).toBe(6_000);
    expect(well(degradedAt(0), 20_000)).toBe(60_000);
  });

  it('starts anew under rules without conditions, and goes on under others', () => {
    const degrading = degradedAt(0);
    degrading.adopt(rules({ type: 'latency', threshold: 5 }), 10);
    expect(degrading.snapshot(20)).toEqual({ degraded: true, sinceMs: 20 });
    degrading.adopt(null, 30);
    expect(degrading.snapshot(40)).toEqual({ degraded: false, sinceMs: 10 });
    degrading.adopt(rules({ type: 'error_rate', threshold: 50 }), 50);
    for (let i = 0; i < 9; i++) degrading.ended('failure', 1, 60);
    expect(degrading.isDegraded(60)).toBe(false);
    degrading.ended('failure', 1, 60);
    expect(degrading.isDegraded(60)).toBe(true);
  });
});

function rules(...conditions: DegradationCondition[]): Degradation {
  return { fallback: { strategy: 'skip' }, conditions };
}

function degradedAt(now: number): Degrading {
  const degrading = new Degrading(rules({ type: 'error_rate', threshold: 50 }), now);
  for (let i = 0; i < 10; i++) degrading.ended('failure', 1, now);
  return degrading;
}

/** How often it turns in an hour with a hundred calls a second. */
function turnsOf(degrading: Degrading, call: () => [Outcome, number]): number {
  let turns = 0;
  let was = false;
  for (let now = 0; now < 3_600_000; now += 10) {
    if (degrading.letsProbeThrough(now)) degrading.ended(...call(), now);
    const is = degrading.isDegraded(now);
    if (is !== was) turns += 1;
    was = is;
  }
  return turns;
}

function count(times: number, holds: (i: number) => boolean): number {
  return Array.from({ length: times }, (_, i) => holds(i)).filter(Boolean).length;
}
