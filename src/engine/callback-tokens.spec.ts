import fc from 'fast-check';
import { CallbackTokens } from './callback-tokens.js';

const secret = Buffer.alloc(32, 1);
const grants = fc.record({
  sagaId: fc.uuid(),
  step: fc.integer({ min: 0, max: 199 }),
  operation: fc.constantFrom('action' as const, 'compensation' as const),
});

describe('callback tokens', () => {
  it('give back what they were issued for, the same for every attempt', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const token = new CallbackTokens(secret).issue(grant);
        expect(new CallbackTokens(secret).read(token)).toEqual(grant);
        expect(new CallbackTokens(secret).issue(grant)).toBe(token);
      }),
    );
  });

  it('are worth nothing when a bit is changed, or under another secret', () => {
    fc.assert(
      fc.property(grants, fc.nat(34 * 8), (grant, bit) => {
        const bytes = Buffer.from(new CallbackTokens(secret).issue(grant), 'base64url');
        expect(new CallbackTokens(Buffer.alloc(32, 2)).read(bytes.toString('base64url'))).toBeNull();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(new CallbackTokens(secret).read(bytes.toString('base64url'))).toBeNull();
      }),
    );
  });

  it('survive any text that is no token', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(new CallbackTokens(secret).read(text)).toBeNull()));
  });
});
