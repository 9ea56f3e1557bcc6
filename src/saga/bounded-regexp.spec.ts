import { BoundedRegExp, MAX_SUBJECT, repetitionProblem } from './bounded-regexp.js';

describe('the patterns of a definition', () => {
  test.each([
    '^[a-z0-9-]+$',
    '^[A-Z]{2}\\d{4}$',
    '^(GET|POST)$',
    '^[a-z]+(\\.[a-z]+)*$',
    '^([a-z]+-)*[a-z]+$',
    '^\\d{1,3}(,\\d{3})*(\\.\\d+)?$',
    '^([a-f0-9]{2}:){5}[a-f0-9]{2}$',
    '^(?:ab)+$',
    '[(+)]+',
    '\\(a+\\)+',
    '^[^@]+@([a-z0-9]+\\.)+(com|org)$',
  ])('%s is accepted', (pattern) => {
    expect(repetitionProblem(pattern)).toBeNull();
  });

  test.each([
    '(a+)+$',
    '(a*)*b',
    '(a|aa)+$',
    '([a-z]+)*@',
    '(?:x+x+)+y',
    '((a+)b?)+$',
    '(a?){30}a{30}',
    '(?<word>\\w+\\s?)*$',
    '(.a+)*$',
    '(\\.[.a-z]+)*$',
    '(a{1,9}){2,}$',
    '((ab)*)*$',
  ])('%s could take exponential time and is refused', (pattern) => {
    expect(repetitionProblem(pattern)).toContain('repeated group');
  });

  test('a text that is too long is not matched at all', () => {
    const pattern = new BoundedRegExp('a');
    expect(pattern.test('a'.repeat(MAX_SUBJECT))).toBe(true);
    expect(() => pattern.exec('a'.repeat(MAX_SUBJECT + 1))).toThrow(RangeError);
  });
});
