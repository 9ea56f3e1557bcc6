import fc from 'fast-check';
import { Allowances, type Standing, type TakeRequests } from './allowances.js';

const WINDOW = 10_000;

/** What all processes share: the same promise as the counter in Redis, in virtual time. */
class Shared {
  now = 0;
  takes = 0;
  private readonly used = new Map<string, { count: number; endsAt: number }>();

  constructor(private readonly limit: number) {}

  readonly take: TakeRequests = (caller, want) => {
    this.takes++;
    let window = this.used.get(caller);
    if (!window || window.endsAt <= this.now) window = { count: 0, endsAt: this.now + WINDOW };
    const granted = Math.min(want, Math.max(0, this.limit - window.count));
    window.count += want;
    this.used.set(caller, window);
    const left = Math.max(0, this.limit - window.count);
    return Promise.resolve({ granted, left, endsInMs: window.endsAt - this.now });
  };

  process(): Allowances {
    return new Allowances(this.limit, this.take, () => this.now);
  }
}

const allowed = async (process: Allowances, times: number, caller = 'env:submitter'): Promise<number> => {
  let count = 0;
  for (let i = 0; i < times; i++) if ((await process.count(caller)).isAllowed) count++;
  return count;
};

describe('what callers may ask', () => {
  it('is exactly the limit in one window, and the limit again in the next one', async () => {
    const shared = new Shared(250);
    const process = shared.process();
    expect(await allowed(process, 400)).toBe(250);
    shared.now += WINDOW - 1;
    expect(await allowed(process, 100)).toBe(0);
    shared.now += 1;
    expect(await allowed(process, 400)).toBe(250);
  });

  it('is nobody else’s business: one caller who has used it up does not stop another', async () => {
    const process = new Shared(50).process();
    expect(await allowed(process, 100, 'key:a')).toBe(50);
    expect(await allowed(process, 30, 'key:b')).toBe(30);
  });

  it('costs one look at what all processes share for many requests, and none once it is used up', async () => {
    const shared = new Shared(50_000);
    const process = shared.process();
    expect(await allowed(process, 50_000)).toBe(50_000);
    expect(shared.takes).toBe(100);
    expect(await allowed(process, 1_000)).toBe(0);
    expect(shared.takes).toBeLessThanOrEqual(101);
  });

  it('is answered without a promise in most cases', async () => {
    const process = new Shared(50_000).process();
    await process.count('a');
    expect(process.count('a')).not.toBeInstanceOf(Promise);
  });

  it('is told with how much is left and for how long', async () => {
    const shared = new Shared(3);
    const process = shared.process();
    const told: Standing[] = [];
    for (let i = 0; i < 4; i++) told.push(await process.count('a'));
    expect(told.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
    expect(told.map(({ isAllowed }) => isAllowed)).toEqual([true, true, true, false]);
    expect(told[3]!.endsInMs).toBe(WINDOW);
  });

  it('is taken once by many who come at the same moment', async () => {
    const shared = new Shared(1_000);
    const process = shared.process();
    const standings = await Promise.all(Array.from({ length: 10 }, async () => process.count('a')));
    expect(standings.every(({ isAllowed }) => isAllowed)).toBe(true);
    expect(shared.takes).toBe(1);
  });

  it('forgets callers who are too many to remember, and goes on counting', async () => {
    const process = new Shared(5).process();
    for (let i = 0; i < 10_050; i++) await process.count(`key:${i}`);
    expect(await allowed(process, 10, 'key:0')).toBe(4);
  });

  it('is never more than the limit, however many processes and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 60 })), { maxLength: 40 }),
        async (limit, calls) => {
          const shared = new Shared(limit);
          const processes = Array.from({ length: 4 }, () => shared.process());
          let count = 0;
          for (const [which, times] of calls) count += await allowed(processes[which]!, times);
          const asked = calls.reduce((sum, [, times]) => sum + times, 0);
          expect(count).toBeLessThanOrEqual(limit);
          // What a process has taken and not used is all that is lost.
          const block = Math.max(1, Math.floor(limit / 100));
          expect(count).toBeGreaterThanOrEqual(Math.min(asked, limit - 4 * (block - 1)));
        },
      ),
      { numRuns: 50 },
    );
  });
});
