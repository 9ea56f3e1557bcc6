import fc from 'fast-check';
import { jsonText } from './json-text.js';

describe('an input', () => {
  it('comes out as it went in, whatever JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonText('input', value)).toBe(JSON.stringify(value));
      }),
    );
  });

  const ring: unknown[] = [];
  ring.push({ ring });

  it.each<[string, unknown, string]>([
    [
      'a BigInt',
      { items: [{ amount: 10n }] },
      'input.items[0].amount must be JSON, which has no BigInt: make it a text',
    ],
    ['NaN', { amount: Number.NaN }, 'input.amount must be JSON, which has no NaN'],
    ['infinity', [1, -Infinity], 'input[1] must be JSON, which has no -Infinity'],
    ['a function', { onDone: () => 1 }, 'input.onDone must be JSON, which has no function'],
    ['a symbol', Symbol('x'), 'input must be JSON, which has no symbol'],
    ['nothing at all', undefined, 'input must be JSON, which has no undefined'],
    ['a hole in a list', [1, undefined], 'input[1] must be JSON, which has no undefined'],
    ['a map', { tags: new Map([['a', 1]]) }, 'input.tags must be JSON, which has no Map and no Set'],
    ['a cycle', ring, "input[0].ring must be JSON, which can't hold itself"],
    ['what a toJSON gives', { price: { toJSON: () => 1n } }, 'input.price must be JSON, which has no BigInt'],
  ])('is refused with a sentence that names the place: %s', (_, value, sentence) => {
    expect(() => jsonText('input', value)).toThrow(TypeError);
    expect(() => jsonText('input', value)).toThrow(sentence);
  });

  it('may hold dates, members that are not there, and one object in two places', () => {
    const address = { city: 'Uppsala' };
    const input = { at: new Date(0), note: undefined, from: address, to: address };
    expect(jsonText('input', input)).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","from":{"city":"Uppsala"},"to":{"city":"Uppsala"}}',
    );
  });
});
