import fc from 'fast-check';
import type { BulkOperation } from '../../store/bulk-operation.js';
import { orderedOf, planRound, waitingOf } from './plan.js';
import { Pace } from './pace.js';

type Outcome = 'succeeded' | 'failed' | 'undecided';

const operation = (
  counts: Partial<BulkOperation['counts']>,
  more: Partial<Omit<BulkOperation, 'counts'>> = {},
): BulkOperation => ({
  ...{ id: 'b', filter: {}, action: 'retry', params: {}, reason: 'mended', by: 'env:operator', requestId: 'r' },
  ...{ status: 'running', canary: 5, ratePerSecond: 50, stopOnFailureRatio: 0.1, canaryPassed: false },
  ...{ startedAt: 0, finishedAt: null, stopReason: null },
  ...more,
  counts: { selected: 1_000, pending: 0, succeeded: 0, failed: 0, undecided: 0, refused: 0, ...counts },
});

describe('the plan of a bulk operation', () => {
  it('orders the canaries, waits for all of them, and goes on when they have fared well', () => {
    expect(planRound(operation({}), 50)).toEqual({ do: 'order', count: 5 });
    expect(planRound(operation({ pending: 1, succeeded: 4 }), 50)).toEqual({ do: 'order', count: 0 });
    expect(planRound(operation({ succeeded: 5 }), 50)).toEqual({ do: 'pass-canary' });
    expect(planRound(operation({ succeeded: 5 }, { canaryPassed: true }), 50)).toEqual({ do: 'order', count: 50 });
  });

  it('stops when a canary has failed or has shown nothing, and leaves the others alone', () => {
    for (const bad of [{ failed: 1 }, { undecided: 1 }]) {
      expect(planRound(operation({ succeeded: 4, ...bad }), 50)).toEqual({
        do: 'stop',
        because: 'the canaries failed: 1 of 5 sagas were not mended',
      });
    }
  });

  it('takes the next saga for a canary when one would not take the order', () => {
    expect(planRound(operation({ refused: 3, succeeded: 5 }), 50)).toEqual({ do: 'pass-canary' });
    expect(planRound(operation({ refused: 3, succeeded: 2 }), 50)).toEqual({ do: 'order', count: 3 });
  });

  it('stops later when too many fail, but not for the first few', () => {
    const passed = { canaryPassed: true };
    expect(planRound(operation({ succeeded: 7, failed: 2 }, passed), 50)).toMatchObject({ do: 'order' });
    expect(planRound(operation({ succeeded: 7, failed: 3 }, passed), 50)).toMatchObject({ do: 'stop' });
    expect(planRound(operation({ succeeded: 90, failed: 10 }, passed), 50)).toMatchObject({ do: 'order' });
  });

  it('orders nothing while it is paused, nor after it has ended', () => {
    for (const status of ['paused', 'stopped', 'cancelled', 'completed'] as const) {
      expect(planRound(operation({ pending: 3 }, { status }), 50)).toEqual({ do: 'order', count: 0 });
    }
  });

  it('gives no more orders while very many sagas are under way', () => {
    const busy = operation({ selected: 100_000, pending: 4_990 }, { canaryPassed: true });
    expect(planRound(busy, 50)).toEqual({ do: 'order', count: 10 });
  });

  it('always comes to an end, orders every saga at most once, and harms no more than the canaries when nothing helps', () => {
    const fates = fc.constantFrom<Outcome | 'refused'>('succeeded', 'failed', 'undecided', 'refused');
    fc.assert(
      fc.property(
        fc.array(fates, { maxLength: 60 }),
        fc.nat(8),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 7 }),
        (all, canary, stopOnFailureRatio, allowance) => {
          const waiting = [...all];
          const pending: Outcome[] = [];
          let now = operation({ selected: all.length }, { canary, stopOnFailureRatio, canaryPassed: canary === 0 });
          const count = (outcome: keyof BulkOperation['counts'], by = 1) =>
            (now = { ...now, counts: { ...now.counts, [outcome]: now.counts[outcome] + by } });
          for (let round = 0; round < 10 * all.length + 10; round++) {
            const plan = planRound(now, allowance);
            if (plan.do === 'stop' || plan.do === 'complete') {
              expect(waitingOf(now.counts)).toBe(waiting.length);
              expect(plan.do === 'complete').toBe(waiting.length === 0);
              const isHopeless = all.every((fate) => fate === 'failed' || fate === 'undecided');
              if (isHopeless && canary > 0 && stopOnFailureRatio < 1) {
                expect(orderedOf(now.counts)).toBe(Math.min(canary, all.length));
              }
              return;
            }
            if (plan.do === 'pass-canary') now = { ...now, canaryPassed: true };
            else {
              expect(plan.count).toBeLessThanOrEqual(allowance);
              for (const fate of waiting.splice(0, plan.count)) {
                if (fate !== 'refused') pending.push(fate);
                count(fate === 'refused' ? 'refused' : 'pending');
              }
              const outcome = plan.count === 0 ? pending.shift() : undefined;
              if (outcome) {
                count(outcome);
                count('pending', -1);
              }
            }
          }
          throw new Error('it has come to no end');
        },
      ),
    );
  });
});

describe('the pace of a bulk operation', () => {
  it('lets out what its rate allows, and makes up for no more than a second', () => {
    const pace = new Pace(0);
    expect(pace.allowance(50, 0)).toBe(1);
    expect(pace.allowance(50, 200)).toBe(11);
    pace.use(11);
    expect(pace.allowance(50, 200)).toBe(0);
    expect(pace.allowance(50, 60_000)).toBe(50);
  });

  it('gets to an order every ten seconds as well', () => {
    const pace = new Pace(0);
    pace.use(1);
    expect(pace.allowance(0.1, 5_000)).toBe(0);
    expect(pace.allowance(0.1, 10_000)).toBe(1);
  });
});
