import fc from 'fast-check';
import { AdaptiveLimit } from './adaptive-limit.js';

const SECOND = 1_000;

/** That a call takes, on average, when it need not queue. In ms. */
const TIME = 100;

/** So many workers, each of whom takes `time()` ms for a call; calls beyond that queue. Its clients send all they may. */
class BusyServer {
  now = 0;
  private readonly queue: number[] = [];
  private readonly atWork: { readonly start: number; readonly end: number }[] = [];
  private inFlight = 0;

  constructor(
    readonly limit: AdaptiveLimit,
    public workers: number,
    public time: () => number,
  ) {}

  /** Calls done per ms, and the limit as it stood at each of them. */
  runUntil(end: number): { readonly throughput: number; readonly limits: readonly number[] } {
    const start = this.now;
    const limits: number[] = [];
    while (this.now < end) {
      for (; this.inFlight < this.limit.limit; this.inFlight++) this.queue.push(this.now);
      this.endNext();
      limits.push(this.limit.limit);
    }
    return { throughput: limits.length / (this.now - start), limits };
  }

  idle(duration: number): void {
    while (this.inFlight > 0) this.endNext();
    this.now += duration;
  }

  private endNext(): void {
    while (this.atWork.length < this.workers && this.queue.length > 0) {
      this.atWork.push({ start: this.queue.shift()!, end: this.now + this.time() });
    }
    const next = this.atWork.reduce((a, b) => (b.end < a.end ? b : a));
    this.atWork.splice(this.atWork.indexOf(next), 1);
    this.now = next.end;
    this.limit.sample(this.now - next.start, this.inFlight, false, this.now);
    this.inFlight -= 1;
  }
}

const TIMES: { readonly [name: string]: (mean: number, random: () => number) => number } = {
  steady: (mean) => mean,
  even: (mean, random) => mean * (0.5 + random()),
  exponential: (mean, random) => -mean * Math.log(1 - random()),
};

// Virtual time costs real time on a busy machine.
jest.setTimeout(30_000);

describe('the adaptive limit', () => {
  const cases = Object.keys(TIMES).flatMap((times) => [4, 16, 64].map((workers) => [times, workers] as const));

  it.each(cases)('keeps a server with %s times and %d workers busy, and its queue short', (times, workers) => {
    const server = serverOf(workers, times);
    server.runUntil(30 * SECOND);
    const { throughput, limits } = server.runUntil(100 * SECOND);
    expect(throughput).toBeGreaterThan((0.9 * workers) / TIME);
    expect(mean(limits)).toBeLessThan(2 * workers + 1);
    expect(share(limits, (limit) => limit <= 2.5 * workers)).toBeGreaterThan(0.95);
  });

  it.each(Object.keys(TIMES))('comes down with a server of %s times that loses half its workers', (times) => {
    const server = serverOf(64, times);
    server.runUntil(60 * SECOND);
    server.workers = 32;
    server.runUntil(65 * SECOND);
    const { throughput, limits } = server.runUntil(100 * SECOND);
    expect(throughput).toBeGreaterThan((0.9 * 32) / TIME);
    expect(mean(limits)).toBeLessThan(2 * 32);
    server.workers = 64;
    server.runUntil(190 * SECOND);
    expect(server.runUntil(250 * SECOND).throughput).toBeGreaterThan((0.9 * 64) / TIME);
  });

  it('believes in time that a server has become slower for other reasons than a queue', () => {
    const server = serverOf(64, 'steady');
    server.runUntil(60 * SECOND);
    server.time = () => 3 * TIME;
    server.runUntil(80 * SECOND);
    expect(server.runUntil(100 * SECOND).throughput).toBeGreaterThan((0.9 * 64) / (3 * TIME));
  });

  it('finds out that a server has become faster, and shortens the queue that it took for work', () => {
    const server = serverOf(16, 'steady');
    server.runUntil(60 * SECOND);
    server.time = () => TIME / 3;
    server.runUntil(400 * SECOND);
    const { throughput, limits } = server.runUntil(450 * SECOND);
    expect(throughput).toBeGreaterThan((0.9 * 16) / (TIME / 3));
    expect(mean(limits)).toBeLessThan(2.2 * 16);
  });

  it('is after an idle hour what it was before', () => {
    const server = serverOf(16, 'even');
    const before = server.runUntil(60 * SECOND).limits.at(-1)!;
    server.idle(3_600 * SECOND);
    const { limits } = server.runUntil(server.now + 5 * SECOND);
    expect(Math.max(...limits)).toBeLessThan(1.5 * before);
  });

  it('does not grow while it is not used', () => {
    const limit = new AdaptiveLimit(1_000, 0);
    for (let now = 1; now < 10_000; now++) limit.sample(5, 2, false, now);
    expect(limit.limit).toBe(4);
    for (let now = 10_000; limit.limit < 40; now++) limit.sample(5, limit.limit, false, now);
    const reached = limit.limit;
    for (let now = 100_000; now < 110_000; now++) limit.sample(5, reached / 2, false, now);
    expect(limit.limit).toBe(reached);
  });

  it('falls to nine tenths with an overload, once for all calls that met the same one', () => {
    const limit = new AdaptiveLimit(1_000, 0);
    let now = 0;
    while (limit.limit < 100) limit.sample(5, limit.limit, false, (now += 1));
    const before = limit.limit;
    for (let call = 0; call < before; call++) limit.sample(5_000, before, true, now + 5_000);
    expect(limit.limit).toBe(Math.floor(before * 0.9));
    limit.sample(100, before, true, now + 5_200);
    expect(limit.limit).toBe(Math.floor(before * 0.81));
  });

  it('stays between 4 and the most it may be, whatever it is told', () => {
    const sample = fc.record({
      duration: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e7, noNaN: true })),
      inFlight: fc.integer({ min: 1, max: 500 }),
      isOverload: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 9, arbitrary: fc.constant(false) }),
      step: fc.oneof(fc.nat(1_000), fc.integer({ min: -1e8, max: 1e8 })),
      most: fc.option(fc.integer({ min: 1, max: 300 }), { freq: 20 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(sample, { maxLength: 100, size: 'max' }),
        (first, samples) => {
          const limit = new AdaptiveLimit(first, 0);
          let most = first;
          let now = 0;
          for (const each of samples) {
            now += each.step;
            if (each.most !== null) limit.adopt((most = each.most));
            limit.sample(each.duration, each.inFlight, each.isOverload, now);
            expect(Number.isInteger(limit.limit)).toBe(true);
            expect(limit.limit).toBeGreaterThanOrEqual(Math.min(4, most));
            expect(limit.limit).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });
});

function serverOf(workers: number, times: string): BusyServer {
  const random = numbersFrom(workers);
  return new BusyServer(new AdaptiveLimit(1_000, 0), workers, () => TIMES[times]!(TIME, random));
}

/** The same numbers in [0, 1) every time (xorshift32, Marsaglia 2003). */
function numbersFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function share(numbers: readonly number[], holds: (each: number) => boolean): number {
  return numbers.filter(holds).length / numbers.length;
}
