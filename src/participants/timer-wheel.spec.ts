import fc from 'fast-check';
import { TimerWheel, type Timer } from './timer-wheel.js';

const TICK = 16;

describe('the timer wheel', () => {
  beforeEach(() => jest.useFakeTimers({ advanceTimers: false }));
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('fires every timer once, never early and hardly late, unless it is cancelled first', () => {
    const delay = fc.integer({ min: 0, max: 3_000 });
    const plan = fc.record({ startAt: delay, delay, cancelAfter: fc.option(delay) });
    fc.assert(
      fc.property(fc.array(plan, { maxLength: 60 }), (plans) => {
        // Few slots, so that long delays go round more than once.
        const wheel = new TimerWheel(TICK, 32);
        const fired = plans.map((): number[] => []);
        const zero = performance.now();
        plans.forEach((each, index) =>
          setTimeout(() => {
            const timer = wheel.start({ expire: () => fired[index]!.push(performance.now() - zero) }, each.delay);
            if (each.cancelAfter !== null) setTimeout(() => wheel.cancel(timer), each.cancelAfter);
          }, each.startAt),
        );
        jest.advanceTimersByTime(7_000);
        plans.forEach(({ startAt, delay: wait, cancelAfter }, index) => {
          const due = startAt + wait;
          const [at] = fired[index]!;
          expect(fired[index]!.length).toBeLessThanOrEqual(1);
          if (at !== undefined) {
            expect(at).toBeGreaterThanOrEqual(due);
            expect(at).toBeLessThanOrEqual(due + 3 * TICK);
            if (cancelAfter !== null) expect(cancelAfter).toBeGreaterThanOrEqual(wait);
          } else {
            expect(cancelAfter).not.toBeNull();
            expect(cancelAfter!).toBeLessThanOrEqual(wait + 3 * TICK);
          }
        });
        expect(wheel.count).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('lets one timer cancel another that is due at the same moment', () => {
    const wheel = new TimerWheel(TICK);
    const timers: Timer[] = [];
    let fired = 0;
    const expire = (): void => {
      fired += 1;
      timers.forEach((timer) => wheel.cancel(timer));
    };
    timers.push(wheel.start({ expire }, 10), wheel.start({ expire }, 10));
    jest.advanceTimersByTime(100);
    expect(fired).toBe(1);
    expect(wheel.count).toBe(0);
  });

  it('catches up after the process stood still', () => {
    const wheel = new TimerWheel(TICK, 8);
    let fired = 0;
    for (const delay of [1, 50, 500, 5_000]) wheel.start({ expire: () => (fired += 1) }, delay);
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    jest.advanceTimersByTime(2 * TICK);
    expect(fired).toBe(4);
  });

  it('leaves nothing running once it is empty', () => {
    const wheel = new TimerWheel(TICK);
    wheel.cancel(wheel.start({ expire: () => undefined }, 1_000));
    wheel.start({ expire: () => undefined }, 100);
    jest.advanceTimersByTime(1_000);
    expect(jest.getTimerCount()).toBe(0);
  });
});
