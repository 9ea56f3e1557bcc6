import fc from 'fast-check';
import { draw, toleranceOf, type Want } from './schedule.js';

/** The token bucket as everybody draws it: tokens trickle in up to the burst; a reservation takes one that is to come. */
class NaiveBucket {
  private tokens: number;
  private at = 0;

  constructor(
    private readonly burst: number,
    private readonly intervalMs: number,
  ) {
    this.tokens = burst;
  }

  /** How many ms until each permit is valid. */
  draw(want: number, horizonMs: number, now: number): number[] {
    this.tokens = Math.min(this.burst, this.tokens + (now - this.at) / this.intervalMs);
    this.at = now;
    const waits: number[] = [];
    for (let i = 0; i < want; i++) {
      const wait = this.tokens >= 1 - 1e-9 ? 0 : (1 - this.tokens) * this.intervalMs;
      if (wait > horizonMs + 1e-6) break;
      waits.push(wait);
      this.tokens -= 1;
    }
    return waits;
  }
}

const rules = { burst: fc.integer({ min: 1, max: 50 }), intervalMs: fc.integer({ min: 1, max: 40 }) };
const draws = fc.array(
  fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5_000 })),
    want: fc.integer({ min: 0, max: 30 }),
    horizonMs: fc.constantFrom(0, 25, 500, 100_000),
  }),
  { maxLength: 40 },
);

describe('a schedule', () => {
  it('gives the permits of a token bucket, each from the moment at which its token is there', () => {
    fc.assert(
      fc.property(fc.record(rules), draws, ({ burst, intervalMs }, asked) => {
        const bucket = new NaiveBucket(burst, intervalMs);
        let fullAt = -Infinity;
        let now = 0;
        for (const { after, want, horizonMs } of asked) {
          now += after;
          const notBeforeMs = -toleranceOf({ burst, intervalMs });
          const drawn = draw(fullAt, { key: '', want, intervalMs, burst, horizonMs, notBeforeMs }, now);
          fullAt = drawn.fullAt;
          const { count, firstInMs } = drawn.grant;
          const waits = Array.from({ length: count }, (_, i) => Math.max(0, firstInMs + i * intervalMs));
          const expected = bucket.draw(want, horizonMs, now);
          expect(waits).toHaveLength(expected.length);
          waits.forEach((wait, i) => expect(wait).toBeCloseTo(expected[i] as number, 5));
        }
      }),
    );
  });

  it('goes on where its asker remembers it when it has lost its memory, and knows better when it has not', () => {
    fc.assert(
      fc.property(fc.record(rules), fc.nat(60), fc.nat(60), fc.nat(2_000), (rule, had, wanted, later) => {
        const want: Want = { ...rule, key: '', want: had, horizonMs: 1e6, notBeforeMs: -toleranceOf(rule) };
        const before = draw(-Infinity, want, 0);
        const known = Math.max(-toleranceOf(rule), before.grant.firstInMs + had * rule.intervalMs - later);
        const again = { ...want, want: wanted, notBeforeMs: known };
        const kept = draw(before.fullAt, again, later).grant;
        const lost = draw(-Infinity, again, later).grant;
        expect(lost.count).toBe(kept.count);
        expect(lost.firstInMs).toBeCloseTo(kept.firstInMs, 5);
      }),
    );
  });
});
