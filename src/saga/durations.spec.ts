import fc from 'fast-check';
import { formatDuration, MAX_DURATION, parseDuration } from './durations.js';

test.each([
  ['250ms', 250],
  ['5s', 5_000],
  ['1.5s', 1_500],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['0s', 0],
  ['3650d', MAX_DURATION],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '5',
  's',
  '5 s',
  '-5s',
  '+5s',
  '5S',
  '1e3s',
  '1.s',
  '.5s',
  '5s5ms',
  ' 5s',
  '3651d',
  '5w',
  'PT5S',
  5,
  null,
  {},
  ['5s'],
])('%j is no duration', (value) => {
  expect(parseDuration(value)).toBeNull();
});

test('whatever is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_DURATION }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test('a duration is written in its largest whole unit', () => {
  expect([0, 250, 1_000, 90_000, 3_600_000, 172_800_000].map(formatDuration)).toEqual([
    '0ms',
    '250ms',
    '1s',
    '90s',
    '1h',
    '2d',
  ]);
});
