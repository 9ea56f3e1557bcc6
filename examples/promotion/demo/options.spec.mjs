import { readOptions } from './options.mjs';

it('has a ten-fold surge of a minute unless told otherwise', () => {
  const usual = { base: 10, before: 10, surge: 60, after: 20, reset: 60, json: false };
  expect(readOptions([])).toEqual(usual);
  expect(readOptions(['--base', '20/s', '--surge', '1.5s', '--json'])).toEqual({
    ...usual,
    base: 20,
    surge: 1.5,
    json: true,
  });
  expect(readOptions(['--help'])).toBeNull();
});

it.each([
  ['--base', 'many'],
  ['--surge', '1m'],
  ['--reset', '0'],
])('refuses %s %s by name', (option, value) => {
  expect(() => readOptions([option, value])).toThrow(option);
});
