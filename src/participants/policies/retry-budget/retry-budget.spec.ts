import fc from 'fast-check';
import type { Operation } from '../../../saga/definition.js';
import { RetryBudget } from './retry-budget.js';

const SECOND = 1_000;

/** The same account, kept in steps of a hundredth of a second; it knows nothing of promises. */
class StepByStep {
  private firsts: number[] = [];
  private now = 0;
  common = 0;
  reserved = 0;

  constructor(
    private readonly ratio: number,
    private readonly perSecond: number,
  ) {
    this.common = this.most(0.8);
    this.reserved = this.most(0.2);
  }

  income(): number {
    const recent = this.firsts.reduce((sum, at) => sum + Math.exp((at - this.now) / 10_000), 0);
    return this.perSecond + (this.ratio * recent) / 10;
  }

  passTo(now: number): void {
    while (this.now < now) {
      this.now += 10;
      this.receive(this.perSecond / 100);
    }
  }

  earn(): void {
    this.firsts.push(this.now);
    this.receive(this.ratio);
  }

  private receive(retries: number): void {
    const toReserved = Math.min(0.2 * retries, this.most(0.2) - this.reserved);
    this.reserved += toReserved;
    this.common = Math.min(this.most(0.8), this.common + retries - toReserved);
  }

  private most(share: number): number {
    return Math.max(1, share * this.income() * 10);
  }
}

describe('a retry budget', () => {
  const operation = fc.constantFrom<Operation>('action', 'compensation');
  const rules = fc.record({ ratio: fc.constantFrom(0, 0.1, 0.5, 1), minPerSecond: fc.constantFrom(0.2, 1, 5) });

  it('holds what an account kept step by step holds, and pays as long as that can', () => {
    const event = fc.record({ type: fc.constantFrom('first', 'retry'), operation, after: fc.nat(100) });
    fc.assert(
      fc.property(rules, fc.array(event, { maxLength: 60, size: 'max' }), ({ ratio, minPerSecond }, events) => {
        const budget = new RetryBudget({ ratio, minPerSecond }, () => 1, 0);
        const account = new StepByStep(ratio, minPerSecond);
        let now = 0;
        for (const each of events) {
          account.passTo((now += 10 * each.after));
          if (each.type === 'first') {
            budget.earn(now);
            account.earn();
            continue;
          }
          const isUndoing = each.operation === 'compensation';
          const isCommon = account.common >= 1 || !isUndoing;
          // A hair's breadth more or less is decided by rounding.
          if (Math.abs(account.common - 1) < 1e-6 || Math.abs(account.reserved - 1) < 1e-6) return;
          const isPaid = account.common >= 1 || (isUndoing && account.reserved >= 1);
          const later = budget.spend(each.operation, now);
          expect(later === null).toBe(isPaid);
          if (!isPaid) return;
          if (isCommon) account.common -= 1;
          else account.reserved -= 1;
          expect(budget.snapshot(now).available).toBeGreaterThanOrEqual(Math.floor(account.common + 1e-6));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('lets no more retries out than were earned: ratio × first attempts + minimum, in any span of time', () => {
    const arrival = fc.record({ at: fc.nat(120 * SECOND), isFirst: fc.boolean(), operation });
    const traffic = fc.array(arrival, { maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(rules, traffic, fc.nat(120 * SECOND), fc.nat(60 * SECOND), (rule, arrivals, from, length) => {
        const budget = new RetryBudget(rule, () => 1, 0);
        const { firsts, sent } = play(budget, arrivals);
        const to = from + length;
        const between = (times: readonly number[], start: number): number =>
          times.filter((at) => at >= start && at <= to).length;
        // What was saved before (10 s), and what was promised before (30 s).
        const earned =
          rule.ratio * between(firsts, from - 80 * SECOND) + rule.minPerSecond * (length / SECOND + 40) + 2;
        expect(between(sent, from)).toBeLessThanOrEqual(earned);
      }),
    );
  });

  it('hands a thousand retries out at the rate at which they are earned', () => {
    const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 50 }, () => 1, 0);
    const arrivals = Array.from({ length: 1_000 }, () => ({ at: 0, isFirst: false, operation: 'action' as const }));
    const { sent, asked } = play(budget, arrivals);
    expect(sent).toHaveLength(1_000);
    expect(asked).toBe(1_000);
    expect(sent.filter((at) => at === 0)).toHaveLength(400);
    for (let second = 0; second < 12; second++) {
      const count = sent.filter((at) => at > second * SECOND && at <= (second + 1) * SECOND).length;
      expect(count).toBeGreaterThanOrEqual(40);
      expect(count).toBeLessThanOrEqual(52);
    }
  });

  it('promises no more than half a minute ahead, and spreads who comes later', () => {
    const budget = new RetryBudget({ ratio: 0, minPerSecond: 10 }, () => 1, 0);
    const later = Array.from({ length: 2_000 }, () => budget.spend('action', 0)).filter((each) => each !== null);
    const promised = later.filter(({ isPaid }) => isPaid).map(({ wait }) => wait);
    const turnedAway = later.filter(({ isPaid }) => !isPaid).map(({ wait }) => wait);
    expect(Math.max(...promised)).toBeLessThanOrEqual(30 * SECOND);
    expect(Math.min(...turnedAway)).toBeGreaterThanOrEqual(30 * SECOND);
    expect(turnedAway.length).toBeGreaterThan(1_500);
    expect(Math.max(...turnedAway)).toBeLessThan(37.5 * SECOND);
    for (let from = 30_000; from < 37_500; from += 500) {
      const crowd = turnedAway.filter((wait) => wait >= from && wait < from + 500).length;
      expect(crowd / turnedAway.length).toBeCloseTo(500 / 7_500, 2);
    }
    // Nothing was booked for them: half a minute later there is a retry for who asks first.
    expect(budget.spend('action', 31 * SECOND)).toBeNull();
  });

  it('keeps a fifth for compensations, however deep actions are in debt', () => {
    const budget = new RetryBudget({ ratio: 0, minPerSecond: 10 }, () => 1, 0);
    for (let index = 0; index < 1_000; index++) budget.spend('action', 0);
    const waits = Array.from({ length: 22 }, () => budget.spend('compensation', 0));
    expect(waits.filter((wait) => wait === null)).toHaveLength(20);
    expect(waits.slice(20)).toEqual([
      { wait: 500, isPaid: true },
      { wait: 1_000, isPaid: true },
    ]);
  });

  it('shares the minimum with the other processes, and always leaves a trickle', () => {
    let processes = 4;
    const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 20 }, () => processes, 0);
    const drain = (now: number): number => {
      let count = 0;
      while (budget.snapshot(now).available > 0) {
        budget.spend('compensation', now);
        count += 1;
      }
      return count;
    };
    expect(drain(0)).toBe(50);
    expect(drain(SECOND)).toBe(5);
    processes = 1;
    expect(drain(2 * SECOND)).toBe(20);

    budget.adopt({ ratio: 0, minPerSecond: 0 }, 2 * SECOND);
    expect(drain(3 * SECOND)).toBe(0);
    expect(budget.spend('action', 43 * SECOND)).toBeNull();
  });

  it('forgets what first attempts earned long ago', () => {
    const budget = new RetryBudget({ ratio: 1, minPerSecond: 1 }, () => 1, 0);
    for (let first = 0; first < 100; first++) budget.earn(0);
    expect(budget.snapshot(0).available).toBeGreaterThan(100);
    expect(budget.snapshot(100 * SECOND).available).toBe(10);
  });

  it('takes a retry back that did not go out, but saves no more than before', () => {
    const budget = new RetryBudget({ ratio: 0, minPerSecond: 1 }, () => 1, 0);
    const full = budget.snapshot(0).available;
    expect(full).toBe(10);
    for (const each of ['action', 'compensation'] as const) {
      budget.spend(each, 0);
      expect(budget.snapshot(0).available).toBe(full - 1);
      budget.putBack(each, 0);
      budget.putBack(each, 0);
      expect(budget.snapshot(0).available).toBe(full);
    }
  });
});

interface Arrival {
  readonly at: number;
  readonly isFirst: boolean;
  readonly operation: Operation;
}

/** Lets them all come, and come back as told; at what moments did first attempts and retries go out? */
function play(
  budget: RetryBudget,
  arrivals: readonly Arrival[],
): { readonly firsts: readonly number[]; readonly sent: readonly number[]; readonly asked: number } {
  const firsts: number[] = [];
  const sent: number[] = [];
  let asked = 0;
  const agenda = arrivals.toSorted((a, b) => a.at - b.at);
  for (let next = agenda.shift(); next; next = agenda.shift()) {
    const { at, isFirst, operation } = next;
    if (isFirst) {
      budget.earn(at);
      firsts.push(at);
      continue;
    }
    asked += 1;
    const later = budget.spend(operation, at);
    const back = at + (later?.wait ?? 0);
    if (!later || later.isPaid) {
      sent.push(back);
    } else {
      const index = agenda.findIndex((each) => each.at > back);
      agenda.splice(index < 0 ? agenda.length : index, 0, { ...next, at: back });
    }
  }
  return { firsts, sent, asked };
}
