import { SERVICES } from './cast.mjs';
import { percentile } from './figures.mjs';
import { reportOn } from './report.mjs';

const SURGE_END = 1_000_000;

/** A day of one order, due a second before the surge's end, that was paid and had its coupon so many seconds after it. */
const day = ({ paid = 1, granted = 2, end = 3, ...others } = {}) => {
  const line = (participant, step, seconds) => {
    const at = new Date(SURGE_END + seconds * 1_000);
    return { participant, entry: { saga: 'a', step, operation: 'action', outcome: 'applied', at } };
  };
  const desk = { served: 1, turnedAway: 0, longestLine: 0 };
  return {
    wishes: [
      { key: '1', phase: 'surge', intended: SURGE_END - 1_000, saga: 'a', waited: 40, refusals: ['503', '503'] },
    ],
    surgeEnd: SURGE_END,
    ended: new Map([
      ['a', { status: 'completed', at: SURGE_END + end * 1_000, degraded: new Map([['reserve', 'estimated_stock']]) }],
    ]),
    lines: [line('payment', 'charge', paid), line('coupon', 'grant', granted), line('recommendation', 'recommend', 2)],
    desks: Object.fromEntries(Object.keys(SERVICES).map((name) => [name, desk])),
    metrics: 'skald_policy_refusals_total{participant="payment",reason="shaping"} 7\n',
    seen: { openings: new Map([['stock', 2]]), mostOpen: 5 },
    ...others,
  };
};

describe('the report of a promotion day', () => {
  it('says what came of the orders, and what it took', () => {
    const report = reportOn(day());
    expect(report).toMatchObject({
      accept: { accepted: 1, givenUp: 0, refusals: { 503: 2 }, p50: 40, p99: 40, p99InSurge: 40 },
      sagas: { completed: 1, lost: 0, mostOpen: 5 },
      drained: { orders: 3, payments: 1, coupons: 2 },
      degraded: { 'reserve: estimated_stock': 1 },
      faults: [],
    });
    const services = new Map(report.services.map((service) => [service.name, service]));
    expect(services.get('payment')).toMatchObject({ refusals: { shaping: 7 }, effects: 1, breakerOpenings: 0 });
    expect(services.get('stock')).toMatchObject({ refusals: {}, effects: 0, breakerOpenings: 2 });
  });

  it('finds fault with a day after which the orders took more than five minutes to end', () => {
    expect(reportOn(day({ end: 300 })).faults).toEqual([]);
    expect(reportOn(day({ end: 300.1 })).faults).toEqual([expect.stringContaining('drained after 300.1 s')]);
  });

  it('finds fault when the last coupon was there before the last payment', () => {
    expect(reportOn(day({ paid: 2, granted: 1 })).faults).toContainEqual(expect.stringContaining('coupons'));
  });

  it('counts an order that has not ended as lost, and gives no time for the drain then', () => {
    const { sagas, drained, faults } = reportOn(day({ ended: new Map() }));
    expect([sagas.lost, drained.orders]).toEqual([1, null]);
    expect(faults).toEqual(['a: accepted, and has not ended']);
  });

  it('leaves orders that were given up, and those of the time after, out of the times', () => {
    const { wishes } = day();
    const later = { ...wishes[0], phase: 'after', intended: SURGE_END + 1, waited: 9_000 };
    expect(reportOn(day({ wishes: [{ ...wishes[0], saga: null }] })).accept).toMatchObject({ givenUp: 1, p99: 0 });
    expect(reportOn(day({ wishes: [later] }))).toMatchObject({
      accept: { p99: 9_000, p99InSurge: 0 },
      drained: { orders: 0, payments: 0, coupons: 0 },
    });
  });
});

it('takes the smallest value that so many per cent do not exceed', () => {
  const values = Array.from({ length: 150 }, (_, i) => 150 - i);
  expect([50, 99, 100].map((p) => percentile(values, p))).toEqual([75, 149, 150]);
  expect([percentile([], 99), percentile([7], 1)]).toEqual([0, 7]);
});
