import fc from 'fast-check';
import type { Operation } from '../../../saga/definition.js';
import { ComebackSlots } from './bulkhead-slots.js';

const HORIZON = 60_000;

describe('the slots at which parked calls come back', () => {
  it('lie at least a pace apart among their kind, never behind the horizon, whatever the clock does', () => {
    const booking = fc.record({
      operation: fc.constantFrom<Operation>('action', 'compensation'),
      pace: fc.double({ min: 0.01, max: 5_000, noNaN: true }),
      step: fc.oneof(
        { weight: 9, arbitrary: fc.nat(2_000) },
        { weight: 1, arbitrary: fc.integer({ min: -1e9, max: 1e9 }) },
      ),
    });
    fc.assert(
      fc.property(fc.array(booking, { maxLength: 100, size: 'max' }), (bookings) => {
        const slots = new ComebackSlots();
        const last = { action: -Infinity, compensation: -Infinity };
        let now = 0;
        for (const { operation, pace, step } of bookings) {
          if (step < 0) last.action = last.compensation = -Infinity;
          now += step;
          const wait = slots.book(operation, pace, now);
          expect(wait).toBeGreaterThan(0);
          expect(wait).toBeLessThanOrEqual(HORIZON);
          // Beyond the horizon nothing is booked.
          if (last[operation] + pace > now + HORIZON || wait >= 0.75 * HORIZON) continue;
          expect(now + wait - last[operation]).toBeGreaterThan(pace - 1e-6);
          last[operation] = now + wait;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are found again soon after a clock has jumped back', () => {
    const slots = new ComebackSlots();
    slots.book('action', 100, 1e9);
    slots.book('action', 100, 0);
    slots.book('compensation', 100, 0);
    expect(slots.book('action', 100, 1_000)).toBe(59_100);
  });

  it('spread those beyond the horizon over its last quarter', () => {
    const slots = new ComebackSlots();
    for (let booked = 0; booked < 600; booked++) slots.book('action', 100, 0);
    const seconds = Array.from({ length: 1_500 }, () => Math.floor(slots.book('action', 100, 0) / 1_000));
    expect(Math.min(...seconds)).toBe(45);
    expect(Math.max(...seconds)).toBe(59);
    for (const second of new Set(seconds)) {
      const count = seconds.filter((each) => each === second).length;
      expect(Math.abs(count - 100)).toBeLessThan(5);
    }
  });

  it('let compensations pass ten thousand actions, and put later actions behind them', () => {
    const slots = new ComebackSlots();
    for (let booked = 0; booked < 10_000; booked++) slots.book('action', 1, 0);
    expect([slots.book('compensation', 1, 0), slots.book('compensation', 1, 0)]).toEqual([1, 2]);
    expect(slots.book('action', 1, 0)).toBe(10_003);
  });
});
