import { nearest } from './nearest.js';

test.each([
  ['compensatin', 'compensation'],
  ['acton', 'action'],
  ['Timeout', 'timeout'],
  ['retyr', 'retry'],
  ['xyz', null],
  ['', null],
])('%j was meant to be %j', (name, meant) => {
  expect(nearest(name, ['action', 'compensation', 'timeout', 'retry', 'after'])).toBe(meant);
});
