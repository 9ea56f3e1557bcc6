import { UsageFailure } from '../failure.js';
import { filterOf } from './filter.js';
import { duration, moment } from './moments.js';
import { count, pair, positive, ratio } from './pairs.js';

const NOW = Date.parse('2026-11-24T12:00:00.000Z');

test('a filter has the names of the REST API, and tags of the user', () => {
  const pairs = ['status=stuck,running', 'tag.region=eu=1', 'retrying=true', 'version=3', 'error=f'].reduce(
    (all, text) => pair(text, all),
    {},
  );
  expect(filterOf(pairs)).toEqual({
    status: ['stuck', 'running'],
    tags: { region: 'eu=1' },
    retrying: true,
    version: 3,
    error: 'f',
  });
});

test.each<[string, () => unknown]>([
  ['a filter that there is not', () => filterOf({ state: 'stuck' })],
  ['a name of every object', () => filterOf({ constructor: 'x' })],
  ['yes for true', () => filterOf({ paused: 'yes' })],
  ['a pair without a name', () => pair('=1')],
  ['a pair without a value', () => pair('a')],
  ['a name twice', () => pair('a=1', { a: '2' })],
  ['half a saga', () => count('0.5')],
  ['no canary at all', () => positive('0')],
  ['a share above one', () => ratio('1.1')],
  ['a share in words', () => ratio('half')],
  ['a duration without a unit', () => duration('5')],
  ['a moment in words', () => moment('yesterday')],
])('%s is refused', (_, read) => {
  expect(read).toThrow(UsageFailure);
});

test('a moment is an instant, or how long ago it was', () => {
  expect(moment('15m', NOW)).toBe('2026-11-24T11:45:00.000Z');
  expect(moment('2026-11-24', NOW)).toBe('2026-11-24T00:00:00.000Z');
  expect(moment('2026-11-24T13:00:00+01:00', NOW)).toBe('2026-11-24T12:00:00.000Z');
});
