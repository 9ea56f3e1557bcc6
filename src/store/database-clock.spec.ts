import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { DatabaseClock } from './database-clock.js';

describe("the database's clock", () => {
  const error = (clock: DatabaseClock, offset: number) => clock.now() - (performance.now() + offset);

  it('is found to within the fastest way there, however slow or lopsided single trips are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 2e12 }),
        fc.array(fc.record({ there: fc.double({ min: 0.1, max: 200, noNaN: true }), back: fc.nat(200) }), {
          minLength: 1,
          maxLength: 30,
        }),
        (offset, trips) => {
          const clock = new DatabaseClock();
          const sentAt = performance.now();
          trips.forEach(({ there, back }, i) => {
            clock.observe(sentAt + i + there + offset, sentAt + i, there + back);
          });
          const shortest = Math.min(...trips.map(({ there, back }) => there + back));
          const fastest = Math.min(...trips.map(({ there }) => there));
          expect(error(clock, offset)).toBeLessThanOrEqual(fastest + 0.5);
          expect(error(clock, offset)).toBeGreaterThanOrEqual(-shortest / 2 - 2);
        },
      ),
    );
  });

  it('follows a step of the database at once, as far as the step is certain', () => {
    const clock = new DatabaseClock();
    const sentAt = performance.now();
    clock.observe(sentAt + 1_000, sentAt, 2);
    clock.observe(sentAt + 61_000, sentAt, 2);
    expect(Math.abs(error(clock, 61_000))).toBeLessThan(3);
    clock.observe(sentAt + 1_000, sentAt, 2);
    expect(Math.abs(error(clock, 1_000))).toBeLessThan(3);
  });
});
