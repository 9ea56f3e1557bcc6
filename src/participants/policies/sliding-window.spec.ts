import fc from 'fast-check';
import { SlidingWindow } from './sliding-window.js';

const call = fc.record({
  pause: fc.oneof(fc.nat(200), fc.nat(5_000)),
  isFailure: fc.boolean(),
  isSlow: fc.boolean(),
  duration: fc.nat(3_000),
});

type Seen = { at: number; isFailure: boolean; isSlow: boolean; duration: number };

/** The same from a list of all calls. */
function countsOf(seen: readonly Seen[], length: number, now: number): object {
  const bucket = (at: number): number => Math.floor((at * 12) / length);
  const inWindow = seen.filter(({ at }) => bucket(now) - bucket(at) < 12);
  return {
    calls: inWindow.length,
    failures: inWindow.filter(({ isFailure }) => isFailure).length,
    slow: inWindow.filter(({ isSlow }) => isSlow).length,
    duration: inWindow.reduce((sum, { duration }) => sum + duration, 0),
  };
}

describe('the sliding window', () => {
  it('holds what a list of all calls says, whatever the pauses between them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 20_000 }), fc.array(call, { maxLength: 80 }), (length, calls) => {
        let now = 7_000;
        const window = new SlidingWindow(length, now);
        const seen: Seen[] = [];
        for (const { pause, ...what } of calls) {
          now += pause;
          expect(window.counts(now)).toEqual(countsOf(seen, length, now));
          window.add(what.isFailure, what.isSlow, what.duration, now);
          seen.push({ at: now, ...what });
          expect(window.counts(now)).toEqual(countsOf(seen, length, now));
        }
      }),
    );
  });

  it('forgets a call after its length at the latest, and not before eleven twelfths of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 60_000 }), fc.nat(1_000_000), (length, start) => {
        const window = new SlidingWindow(length, start);
        window.add(true, false, 5, start);
        expect(window.counts(start + Math.floor((length * 11) / 12)).calls).toBe(1);
        expect(window.counts(start + length).calls).toBe(0);
      }),
    );
  });

  it('goes on counting after the clock was set back or far ahead', () => {
    const window = new SlidingWindow(12_000, 1e9);
    window.add(true, true, 10, 1e9);
    window.add(false, false, 10, 5_000);
    expect(window.counts(5_500)).toMatchObject({ calls: 2, failures: 1 });
    expect(window.counts(17_500).calls).toBe(0);
    window.add(false, false, 10, 1e12);
    expect(window.counts(1e12 + 1_000)).toMatchObject({ calls: 1, failures: 0 });
  });

  it('keeps its calls when its length changes, as if seen just now', () => {
    const window = new SlidingWindow(1_000, 0);
    window.add(true, false, 40, 0);
    window.add(false, true, 60, 900);
    const longer = window.resized(60_000, 950);
    expect(longer.counts(50_000)).toEqual({ calls: 2, failures: 1, slow: 1, duration: 100 });
    expect(longer.counts(61_000).calls).toBe(0);
  });

  it('leaves no dust of fractions behind when it is empty', () => {
    const window = new SlidingWindow(1_000, 0);
    for (let at = 0; at < 5_000; at += 7) window.add(false, false, 0.1 + at / 3, at);
    expect(window.counts(10_000)).toEqual({ calls: 0, failures: 0, slow: 0, duration: 0 });
  });
});
