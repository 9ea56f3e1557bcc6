import { requestIdOf } from './request-id.js';

const idFor = (given?: string | string[]) => requestIdOf({ headers: { 'x-request-id': given } });

describe('the name of a request', () => {
  it.each(['1', 'a-b_c.d:e/f', 'x'.repeat(128)])('is the one its caller gave: %.20s', (given) => {
    expect(idFor(given)).toBe(given);
  });

  it.each([undefined, '', 'two words', 'x'.repeat(129), 'line\nbreak', 'ümlaut', ['a', 'b']])(
    'is a new one where the caller gave %j',
    (given) => {
      expect(idFor(given)).toMatch(/^[\da-f-]{36}$/);
      expect(idFor(given)).not.toBe(idFor(given));
    },
  );
});
