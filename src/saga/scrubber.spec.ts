import fc from 'fast-check';
import { scrubberOf } from './scrubber.js';
import { REDACTED } from './sensitive-pointers.js';

const secret = () => fc.stringMatching(/^[A-Z]{2}[\w"/\\ .+é-]{2,20}[A-Z]$/);

describe('a text without what must not be shown', () => {
  it.each([
    ['as it is', 'card 4111-1111 was refused', ['4111-1111'], `card ${REDACTED} was refused`],
    ['in another case', 'no such user ANNA@EXAMPLE.ORG', ['anna@example.org'], `no such user ${REDACTED}`],
    ['a number', 'pin 98765?', [98765], `pin ${REDACTED}?`],
    ['percent-encoded', 'GET /users/anna%40example.org', ['anna@example.org'], `GET /users/${REDACTED}`],
    ['escaped as in JSON', '{"name":"An \\"na\\""}', ['An "na"'], `{"name":"${REDACTED}"}`],
    ['on one line', 'sent to 1 Long Road, York', ['1 Long Road,\n York'], `sent to ${REDACTED}`],
    ['the longest first', 'abcdef abcd', ['abcd', 'abcdef'], `${REDACTED} ${REDACTED}`],
  ])('has a mark in the place of a value that stands there %s', (_, text, values, expected) => {
    expect(scrubberOf(values)!(text)).toBe(expected);
  });

  it('keeps what is too short to be a secret', () => {
    expect(scrubberOf(['abc', 12, '', '    '])).toBeNull();
    expect(scrubberOf([])).toBeNull();
  });

  it('does not end with the beginning of a value either, where it was cut', () => {
    const scrub = scrubberOf(['4111111111111111'])!;
    const cut = `${'x'.repeat(290)} 411111111`;
    expect(scrub(cut)).toBe(`${'x'.repeat(290)} ${REDACTED}`);
    expect(scrub('a short text that ends with 4111')).toBe('a short text that ends with 4111');
  });

  it('holds none of the values, whatever they are and wherever they stand', () => {
    fc.assert(
      fc.property(fc.array(secret(), { minLength: 1, maxLength: 5 }), fc.array(fc.string()), (secrets, around) => {
        const scrub = scrubberOf(secrets)!;
        const parts = secrets.flatMap((each, i) => [
          around[i] ?? ' ',
          each,
          JSON.stringify(each),
          encodeURIComponent(each),
        ]);
        const shown = scrub(parts.join(' ')).replaceAll(REDACTED, '');
        for (const each of secrets) {
          expect(shown.toLowerCase()).not.toContain(each.toLowerCase());
          expect(shown).not.toContain(encodeURIComponent(each));
        }
        expect(scrub(scrub(shown))).toBe(scrub(shown));
      }),
    );
  });
});
