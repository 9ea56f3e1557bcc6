import fc from 'fast-check';
import { DEFAULT_RETRY, MAX_RETRY_AFTER, nextDelay, type RetryPolicy } from './backoff.js';

const plain: RetryPolicy = { ...DEFAULT_RETRY, jitter: 'none' };

describe('the pause before the next attempt', () => {
  it('grows by the factor up to the longest interval, and ends with the attempts', () => {
    const policy = { ...plain, maxAttempts: 6, maxInterval: 1_000 };
    const pauses = [1, 2, 3, 4, 5, 6].map((attempts) => nextDelay(policy, attempts, 0, 0));
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, null]);
  });

  it.each([
    ['full', 0, 800],
    ['equal', 400, 800],
    ['none', 800, 800],
  ] as const)('with %s jitter lies between %d and %d', (jitter, least, most) => {
    expect(nextDelay({ ...plain, jitter }, 4, 0, 0)).toBe(least);
    expect(nextDelay({ ...plain, jitter }, 4, 0, 0.9999999)).toBe(most);
  });

  it('is what the participant asked for, within an hour', () => {
    expect(nextDelay(plain, 1, 0, 0, 7_000)).toBe(7_000);
    expect(nextDelay(plain, 1, 0, 0, -5)).toBe(0);
    expect(nextDelay(plain, 1, 0, 0, 1e12)).toBe(MAX_RETRY_AFTER);
  });

  it('does not exist when it would end after the time for all attempts', () => {
    expect(nextDelay({ ...plain, maxElapsed: 1_000 }, 1, 900, 0)).toBe(1_000 - 900);
    expect(nextDelay({ ...plain, maxElapsed: 1_000 }, 1, 901, 0)).toBeNull();
  });

  it('is a whole number of ms, never negative, never longer than allowed, for any policy and any number of attempts', () => {
    const policies = fc.record({
      maxAttempts: fc.constant(Infinity),
      initialInterval: fc.nat(100_000),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      maxInterval: fc.nat(10_000_000),
      jitter: fc.constantFrom('full', 'equal', 'none'),
      maxElapsed: fc.constant(Infinity),
    });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 100_000 }), chance, (policy, attempts, random) => {
        const delay = nextDelay(policy, attempts, 0, random)!;
        expect(Number.isInteger(delay) && delay >= 0 && delay <= policy.maxInterval).toBe(true);
      }),
      { examples: [[{ ...plain, maxAttempts: Infinity, initialInterval: 0 }, 5_000, 0.5]] },
    );
  });
});
