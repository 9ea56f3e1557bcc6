import fc from 'fast-check';
import type { Operation } from '../../../saga/definition.js';
import { paceOfRateLimit, paceOfShaping, type Pace } from './pace.js';
import { Permits } from './permits.js';
import { draw, type Want } from './schedule.js';

interface Arrival {
  readonly at: number;
  readonly process: number;
  readonly operation: Operation;
  /** The rest of the chain refuses it, so that its permit comes back. */
  readonly isRefused: boolean;
}

interface Outcome extends Arrival {
  /** When its permit is valid; `null` when it was told to come again. */
  readonly goesAt: number | null;
  readonly wait: number;
  /** It went out, or will. */
  readonly isUsed: boolean;
}

/** Several processes and their one schedule in virtual time. A draw is on its way for some ms, back and forth. */
function run(pace: Pace, processes: number, arrivals: readonly Arrival[], latency: number): Outcome[] {
  const schedules = new Map<string, number>();
  const carryOut = (want: Want, now: number) => {
    const { grant, fullAt } = draw(schedules.get(want.key) ?? -Infinity, want, now);
    schedules.set(want.key, fullAt);
    return { ...grant, everyMs: want.intervalMs };
  };
  const events: { at: number; run: (now: number) => void }[] = [];
  const at = (when: number, what: (now: number) => void): void => {
    let place = events.length;
    while (place > 0 && (events[place - 1]?.at ?? 0) > when) place -= 1;
    events.splice(place, 0, { at: when, run: what });
  };
  const outcomes: Outcome[] = [];
  const all = Array.from({ length: processes }, () => ({ permits: new Permits('p', pace), isDrawing: false }));
  const replenish = (process: (typeof all)[number], now: number): void => {
    if (process.isDrawing) return;
    process.isDrawing = true;
    at(now, (sent) => {
      const wants = process.permits.wants(sent, processes).map((want) => ({
        ...want,
        notBeforeMs: -(want.burst - 1) * want.intervalMs,
      }));
      at(sent + latency, (there) => {
        const granted = wants.map((want) => carryOut(want, there));
        at(there + latency, (back) => {
          process.permits.receive(granted, back, processes);
          process.isDrawing = false;
          if (process.permits.isDrawDue) replenish(process, back);
        });
      });
    });
  };
  for (const arrival of arrivals) {
    at(arrival.at, (now) => {
      const process = all[arrival.process % processes] as (typeof all)[number];
      const go = (isReserved: boolean, wait: number, when: number): void => {
        const isBack = isReserved && wait === 0 && arrival.isRefused;
        const goesAt = isReserved ? when + wait : null;
        outcomes.push({ ...arrival, goesAt, wait: when + wait - arrival.at, isUsed: isReserved && !isBack });
        if (isBack) process.permits.giveBack(when, processes);
        if (process.permits.isDrawDue) replenish(process, when);
      };
      const wait = process.permits.take(now);
      if (process.permits.isDrawDue) replenish(process, now);
      if (wait !== undefined) return go(true, wait, now);
      process.permits.wait(arrival.operation, (slot) => go(slot.isReserved, slot.wait, clock));
      replenish(process, now);
    });
  }
  let clock = 0;
  for (let event = events.shift(); event; event = events.shift()) {
    clock = event.at;
    event.run(clock);
  }
  return outcomes;
}

/** The largest number of calls by which any window holds more than `rate × length`. */
function burstOf(times: readonly number[], perMs: number): number {
  let least = Infinity;
  let most = 0;
  times
    .toSorted((a, b) => a - b)
    .forEach((time, index) => {
      least = Math.min(least, index - perMs * time);
      most = Math.max(most, index + 1 - perMs * time - least);
    });
  return most;
}

const operation = fc.constantFrom<Operation>('action', 'action', 'action', 'compensation');
const arrival = fc.record({
  at: fc.integer({ min: 0, max: 3_000 }),
  process: fc.nat(5),
  operation,
  isRefused: fc.boolean(),
});
const pace = fc.oneof(
  fc
    .record({ capacity: fc.integer({ min: 1, max: 400 }), ratePerSecond: fc.integer({ min: 1, max: 2_000 }) })
    .map(paceOfRateLimit),
  fc
    .record({ maxRatePerSecond: fc.integer({ min: 1, max: 2_000 }), maxWait: fc.constantFrom(0, 100, 30_000) })
    .map(paceOfShaping),
);
const latency = fc.constantFrom(0.2, 1, 20);
const crowd = fc.array(arrival, { maxLength: 300, minLength: 1, size: 'max' });

describe('the permits of several processes', () => {
  it('let no more calls out in any stretch of time than the limit allows, by 5 %', () => {
    fc.assert(
      fc.property(pace, fc.integer({ min: 1, max: 6 }), crowd, latency, (limit, processes, arrivals, ms) => {
        const kept = arrivals.map((each) => ({ ...each, isRefused: false }));
        const out = run(limit, processes, kept, ms)
          .filter(({ isUsed }) => isUsed)
          .map(({ goesAt }) => goesAt as number);
        const perMs = (limit.ratePerSecond / 1_000) * 1.05;
        expect(burstOf(out, perMs)).toBeLessThanOrEqual(limit.capacity + limit.stock + 1e-3);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('answer every call once, and a compensation always with a reservation', () => {
    fc.assert(
      fc.property(pace, fc.integer({ min: 1, max: 6 }), crowd, latency, (limit, processes, arrivals, ms) => {
        const outcomes = run(limit, processes, arrivals, ms);
        expect(outcomes).toHaveLength(arrivals.length);
        for (const { operation: of, goesAt, wait } of outcomes) {
          if (of === 'compensation' && limit.ratePerSecond > 20) expect(goesAt).not.toBeNull();
          if (of === 'action' && goesAt !== null) expect(wait).toBeLessThanOrEqual(limit.horizonMs + 10 * ms);
          if (goesAt === null) expect(wait).toBeGreaterThanOrEqual(75);
        }
      }),
      { numRuns: 50, endOnFailure: true },
    );
  });

  it('use the limit to 95 per cent and more while there is enough to do', () => {
    const limit = fc.record({
      capacity: fc.integer({ min: 1, max: 200 }),
      ratePerSecond: fc.integer({ min: 50, max: 500 }),
    });
    fc.assert(
      fc.property(limit, fc.integer({ min: 1, max: 6 }), latency, (rules, processes, ms) => {
        // Twice the limit for two seconds.
        const n = 2 * (rules.capacity + 2 * rules.ratePerSecond);
        const arrivals = Array.from({ length: n }, (_, i): Arrival => {
          return { at: (i * 2_000) / n, process: i, operation: 'action', isRefused: false };
        });
        const out = run(paceOfRateLimit(rules), processes, arrivals, ms).filter(
          ({ goesAt }) => goesAt !== null && goesAt <= 2_000,
        );
        const due = rules.capacity + 2 * rules.ratePerSecond;
        expect(out.length).toBeGreaterThanOrEqual(0.95 * due - 2 - (rules.ratePerSecond * 4 * ms) / 1_000);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it.each([
    ['of which none can be kept in stock', { capacity: 1, ratePerSecond: 1 }, 10],
    ['of which some can be kept in stock', { capacity: 1_000, ratePerSecond: 1_000 }, 0.2],
  ])('%s, are not lost when they are not used', (_, rules, every) => {
    const n = 4_000;
    const calls = Array.from({ length: n }, (__, i): Arrival => {
      return { at: i * every, process: i, operation: 'action', isRefused: true };
    });
    const after: Arrival = { at: n * every + 5, process: 0, operation: 'action', isRefused: false };
    const outcomes = run(paceOfRateLimit(rules), 3, [...calls, after], 1);
    expect(outcomes.filter(({ wait }) => wait > 10)).toEqual([]);
  });

  it('are hoarded by nobody: all stocks together hold 5 % of the capacity and 1 % of the rate at most', () => {
    const rules = fc.record({
      capacity: fc.integer({ min: 1, max: 5_000 }),
      ratePerSecond: fc.integer({ min: 1, max: 10_000 }),
    });
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 6 }), (limit, processes) => {
        const all = Array.from({ length: processes }, () => new Permits('p', paceOfRateLimit(limit)));
        const fullAt = new Map<string, number>();
        for (let now = 0; now < 100; now += 0.2) {
          const permits = all[Math.floor(now * 5) % processes] as Permits;
          if (permits.take(now) === undefined) permits.wait('action', () => undefined);
          if (permits.isDrawDue) {
            const granted = permits.wants(now, processes).map((want) => {
              const drawn = draw(fullAt.get(want.key) ?? -Infinity, want, now);
              fullAt.set(want.key, drawn.fullAt);
              return { ...drawn.grant, everyMs: want.intervalMs };
            });
            permits.receive(granted, now, processes);
          }
          if (now % 7 < 0.2) permits.giveBack(now, processes);
          const held = all.reduce((sum, { stocked }) => sum + stocked, 0);
          expect(held).toBeLessThanOrEqual(Math.min(limit.capacity * 0.05, limit.ratePerSecond * 0.01));
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('spread a crowd exactly over the schedule, and let compensations pass it', () => {
    const crowdOf = (n: number, of: Operation, time: number): Arrival[] =>
      Array.from({ length: n }, (_, i) => ({ at: time, process: i, operation: of, isRefused: false }));
    const limit = paceOfRateLimit({ capacity: 100, ratePerSecond: 1_000 });
    const outcomes = run(limit, 4, [...crowdOf(10_000, 'action', 0), ...crowdOf(20, 'compensation', 50)], 1);
    const waits = outcomes.filter(({ operation: of }) => of === 'action').map(({ wait }) => wait);
    // The capacity at once, then 95 % of the rate: the rest is set aside for compensations.
    expect(Math.abs(waits.filter((wait) => wait < 4).length - 100)).toBeLessThanOrEqual(5);
    expect(Math.max(...waits)).toBeGreaterThan((9_900 / 950) * 1_000 - 200);
    expect(Math.max(...waits)).toBeLessThan((9_900 / 950) * 1_000 + 200);
    const perTenth = new Map<number, number>();
    for (const wait of waits) perTenth.set(Math.floor(wait / 100), (perTenth.get(Math.floor(wait / 100)) ?? 0) + 1);
    for (let tenth = 1; tenth < 100; tenth++) expect(Math.abs((perTenth.get(tenth) ?? 0) - 95)).toBeLessThanOrEqual(3);
    for (const { operation: of, wait } of outcomes) {
      if (of === 'compensation') expect(wait).toBeLessThan((20 / 50) * 1_000 + 60);
    }
  });
});
