import fc from 'fast-check';
import { PermitStock } from './permit-stock.js';

const step = fc.oneof(
  fc.record({
    type: fc.constant('add' as const),
    count: fc.nat(5),
    validIn: fc.integer({ min: -600, max: 600 }),
    everyMs: fc.integer({ min: 0, max: 300 }),
  }),
  fc.record({ type: fc.constant('take' as const) }),
  fc.record({ type: fc.constant('trim' as const), most: fc.nat(8) }),
  fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 700 }) }),
);

describe('the stock of permits', () => {
  it('hands out the earliest that is not stale, and drops the latest first', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const stock = new PermitStock();
        let list: { validAt: number; drawnAt: number }[] = [];
        let now = 0;
        const fresh = (): void => {
          list = list
            .filter(({ validAt, drawnAt }) => Math.max(validAt, drawnAt) >= now - 1_000)
            .sort((a, b) => a.validAt - b.validAt);
        };
        for (const each of steps) {
          if (each.type === 'pass') now += each.ms;
          fresh();
          // The stock looks for stale ones only when it is asked.
          expect(stock.earliest(now)).toBe(list[0]?.validAt);
          expect(stock.count).toBe(list.length);
          if (each.type === 'add') {
            const { count, validIn, everyMs } = each;
            stock.add(count, now + validIn, everyMs, now);
            for (let i = 0; i < count; i++) list.push({ validAt: now + validIn + i * everyMs, drawnAt: now });
          } else if (each.type === 'take') {
            expect(stock.take(now)).toBe(list.shift()?.validAt);
          } else if (each.type === 'trim') {
            stock.trim(each.most);
            list = list.slice(0, each.most);
          }
        }
      }),
      { numRuns: 500, endOnFailure: true },
    );
  });
});
