import fc from 'fast-check';
import type { Operation } from '../../../saga/definition.js';
import { BreakerRamp } from './breaker-ramp.js';
import { FlatCadence, type Cadence } from './cadence.js';
import { RampCadence } from './ramp-cadence.js';

const start = fc.nat(1_000_000);
const rampLength = fc.integer({ min: 10_000, max: 60_000 });
const reference = fc.integer({ min: 10, max: 5_000 });

/** Permits by adding up the share of every 5 ms. */
function summed(share: (at: number) => number, perSecond: number, from: number, to: number): number {
  let permits = 0;
  for (let at = from; at < to; at += 5) permits += (share(at + 2.5) * perSecond * 5) / 1_000;
  return permits;
}

describe('the ramp', () => {
  it('lets out a tenth of the reference at first, growing evenly to all of it', () => {
    fc.assert(
      fc.property(
        start,
        rampLength,
        reference,
        fc.integer({ min: 1, max: 100 }),
        (from, length, perSecond, percent) => {
          const cadence = new RampCadence(from, length, perSecond);
          const until = from + Math.round((length * percent) / 100);
          const share = (at: number): number => 0.1 + (0.9 * (at - from)) / length;
          expect(cadence.permitsBy(until) / summed(share, perSecond, from, until)).toBeCloseTo(1, 1);
          expect(cadence.permitsBy(from + length + 120_000) - cadence.permitsBy(from + length)).toBeCloseTo(
            120 * perSecond,
            3,
          );
          const [even, doubled] = [0, length].map((more) => from + length + 120_000 + more);
          expect(cadence.permitsBy(doubled!) - cadence.permitsBy(even!)).toBeCloseTo(
            ((length / 1_000) * perSecond) / Math.LN2,
            1,
          );
        },
      ),
    );
  });

  it('knows when each permit is due: never before it is there, and each after the one before', () => {
    const kinds = fc.constantFrom<(...of: [number, number, number]) => Cadence>(
      (from, length, perSecond) => new RampCadence(from, length, perSecond),
      (from, _, perSecond) => new FlatCadence(from, perSecond),
    );
    fc.assert(
      fc.property(kinds, start, rampLength, reference, fc.nat(1_000_000), (kind, from, length, perSecond, n) => {
        const cadence = kind(from, length, perSecond);
        const due = cadence.dueAt(n);
        expect(due).toBeGreaterThanOrEqual(from);
        expect(cadence.dueAt(n + 1)).toBeGreaterThan(due);
        if (due < from + length + 120_000 + 10 * length) expect(cadence.permitsBy(due)).toBeCloseTo(n, 2);
        expect(cadence.permitsBy(from - 1)).toBe(0);
      }),
    );
  });

  /**
   * Calls come at steady rates, from the ms on at which the ramp starts; those that must wait come back on time. When
   * which went out, until the ramp is over.
   */
  function goneOut(
    ramp: BreakerRamp,
    demand: { readonly action: number; readonly compensation: number },
    until: number,
  ): Record<Operation, number[]> {
    const back = new Map<number, Operation[]>();
    const gone: Record<Operation, number[]> = { action: [], compensation: [] };
    const ask = (operation: Operation, isPaced: boolean, at: number): void => {
      const wait = ramp.take(operation, isPaced, at);
      if (wait === null) return void gone[operation].push(at);
      if (!(wait > 0)) throw new Error(`told to wait ${wait} ms`);
      const others = back.get(at + wait);
      if (others) others.push(operation);
      else back.set(at + wait, [operation]);
    };
    for (let at = 0; at < until && !ramp.isOver(at); at++) {
      for (const operation of back.get(at) ?? []) ask(operation, true, at);
      for (const operation of ['action', 'compensation'] as const) {
        const due = (ms: number): number => Math.floor((ms * demand[operation]) / 1_000);
        for (let n = due(at); n < due(at + 1); n++) ask(operation, false, at);
      }
    }
    return gone;
  }

  it('lets out no more in any second than the share of the reference, and hardly less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 60 }), fc.integer({ min: 2, max: 4 }), (perSecond, times) => {
        const ramp = new BreakerRamp(0, 10_000, perSecond);
        const gone = goneOut(ramp, { action: perSecond * times, compensation: 0 }, 12_000).action;
        const share = (at: number): number => Math.min(1, 0.1 + (0.9 * at) / 10_000);
        gone.forEach((from, first) => {
          const inSecond = gone.findIndex((at) => at >= from + 1_000);
          if (inSecond < 0) return;
          const bound = share(from + 1_000) * perSecond * 1.1 + 2;
          if (inSecond - first > bound) throw new Error(`${inSecond - first} calls in a second, not ${bound}`);
        });
        const all = summed(share, perSecond, 0, 12_000);
        expect(gone.length).toBeLessThanOrEqual(all + 0.1 * perSecond + 2);
        expect(gone.length).toBeGreaterThanOrEqual(0.95 * all - 2);
      }),
      { numRuns: 15 },
    );
  });

  it('lets compensations out at the full reference at once, and leaves actions a tenth of it, but never more in all', () => {
    const ramp = new BreakerRamp(0, 10_000, 100);
    const { action, compensation } = goneOut(ramp, { action: 100, compensation: 110 }, 70_000);
    const countIn = (all: readonly number[], second: number): number =>
      all.filter((at) => Math.floor(at / 1_000) === second).length;
    for (let second = 0; second < 70; second++) {
      const [compensations, actions] = [countIn(compensation, second), countIn(action, second)];
      expect(compensations).toBeGreaterThanOrEqual(88);
      expect(compensations).toBeLessThanOrEqual(112);
      if (second > 3) expect(actions).toBeLessThanOrEqual(25);
    }
    expect(compensation.length).toBeGreaterThan(0.98 * 7_000);
    const onPlateau = action.filter((at) => at > 12_000).length;
    expect(onPlateau / 58).toBeGreaterThan(8);
    expect(onPlateau / 58).toBeLessThan(13);
  });

  it('is over when the full pace is reached and nobody has a slot any more', () => {
    const ramp = new BreakerRamp(0, 10_000, 10);
    expect(ramp.isOver(9_999)).toBe(false);
    expect(ramp.isOver(10_000)).toBe(true);
    for (let n = 0; n < 155; n++) ramp.book('action', 0);
    expect(ramp.isOver(19_900)).toBe(false);
    expect(ramp.isOver(20_100)).toBe(true);
  });

  it('ends even if calls wait for ever, and lets out ever more until then', () => {
    const ramp = new BreakerRamp(0, 10_000, 10);
    const { action } = goneOut(ramp, { action: 200, compensation: 0 }, 1_000_000);
    expect(ramp.isOver(230_000)).toBe(true);
    const between = (from: number, to: number): number => action.filter((at) => at >= from && at < to).length;
    expect(between(120_000, 130_000)).toBeLessThan(115);
    expect(between(140_000, 150_000)).toBeGreaterThan(200);
    expect(between(150_000, 160_000)).toBeGreaterThan(400);
  });

  it('sends those for whom there is no slot away for a minute or two, spread out', () => {
    const ramp = new BreakerRamp(0, 10_000, 100);
    const waits = Array.from({ length: 15_000 }, () => ramp.book('action', 0));
    const late = waits.filter((wait) => wait >= 60_000);
    expect(late.length).toBeGreaterThan(9_000);
    expect(Math.max(...late)).toBeLessThanOrEqual(120_000);
    for (let from = 60_000; from < 119_000; from += 1_000) {
      const inSecond = late.filter((wait) => wait >= from && wait < from + 1_000).length;
      expect(inSecond).toBeLessThanOrEqual(202);
    }
  });

  it('goes on with a tenth under another start, behind those who have slots', () => {
    const ramp = new BreakerRamp(20_000, 10_000, 100);
    for (let n = 0; n < 500; n++) ramp.book('action', 0);
    const later = ramp.startingAt(15_000);
    expect(later.take('action', true, 15_000)).toBeNull();
    const wait = later.take('action', false, 15_000)!;
    expect(wait).toBeGreaterThan(9_000);
    expect(wait).toBeLessThan(10_000);
  });
});
