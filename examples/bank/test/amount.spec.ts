import fc from 'fast-check';
import { centsOf, euros, isAmount, type Amount } from '../src/ledger/amount.js';

describe('an amount', () => {
  it('is the same in euros and in cents', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 14n - 1n), (cents) => {
        const text = euros(cents);
        expect(isAmount(text)).toBe(true);
        expect(centsOf(text as Amount)).toBe(cents);
        expect(euros(-cents)).toBe(`-${text}`);
      }),
    );
  });

  it.each(['0.00', '-1.00', '1', '1.2', '1.234', '01.00', '1e3.00', ' 1.00', '1.00\n', '1,00', '', 12.34, null])(
    'is not %j, and is refused as a business no',
    (text) => {
      expect(isAmount(text)).toBe(false);
      expect(() => centsOf(text as Amount)).toThrow(expect.objectContaining({ code: 'malformed-amount' }));
    },
  );
});
