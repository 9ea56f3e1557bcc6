import fc from 'fast-check';
import { definitionProblems } from '@skald/sdk/testing';
import { documentsIn, wantedBy } from './documents.js';
import { lineDiff } from './line-diff.js';
import { covers, isSame } from './sameness.js';

const TEXT = `
name: order
steps: [{ name: a, sleep: 1s }]
---
participants:
  stock: { endpoints: [http://127.0.0.1:1] }
  bank: { endpoints: [http://127.0.0.1:2] }
---
{ "name": "mail", "endpoints": ["http://127.0.0.1:3"] }
`;

test('a file may hold many things, and participants come before the definitions that name them', () => {
  const wanted = wantedBy(documentsIn('all.yaml', TEXT));
  expect(wanted.map(({ kind, name, where }) => `${where} ${kind} ${name}`)).toEqual([
    'all.yaml:5 participant stock',
    'all.yaml:5 participant bank',
    'all.yaml:9 participant mail',
    'all.yaml:2 definition order',
  ]);
});

test.each([
  ['a: [', /x.yaml:1: /],
  ['- a', /x.yaml:1: must be an object/],
  ['name: a', /is neither a definition .* nor a participant/],
])('%j is refused, with the place', (text, message) => {
  expect(() => wantedBy(documentsIn('x.yaml', text))).toThrow(message);
});

test('documents are the same in whatever order their fields are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
      const turned = Object.fromEntries(Object.entries(document).reverse());
      expect(isSame(document, turned)).toBe(true);
      expect(covers(turned, document)).toBe(true);
    }),
  );
  expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});

test('what the server fills in is no change; what it does not say is one', () => {
  const stored = { name: 'p', endpoints: [{ url: 'http://a', weight: 1 }], timeout: { connect: '1s', total: '5s' } };
  expect(covers(stored, { endpoints: ['http://a'], timeout: { total: '5s' } })).toBe(true);
  expect(covers(stored, { endpoints: ['http://a', 'http://b'] })).toBe(false);
  expect(covers(stored, { endpoints: ['http://a'], timeout: { total: '6s' } })).toBe(false);
});

test('a diff holds both texts', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lines, lines, (one, other) => {
      const diff = lineDiff(one.join('\n'), other.join('\n'));
      const side = (mark: string) =>
        diff.filter((line) => line.startsWith(' ') || line.startsWith(mark)).map((l) => l.slice(1));
      expect(side('-')).toEqual(one);
      expect(side('+')).toEqual(other);
    }),
  );
  expect(lineDiff('a\nb', 'a\nc')).toEqual([' a', '-b', '+c']);
});

test('a definition is checked by the rules of the server', () => {
  expect(definitionProblems({ name: 'a', steps: [{ name: 'b', sleep: '1s' }] })).toEqual([]);
  expect(definitionProblems({ name: 'a', steps: [{ name: 'b', sleep: 'soon' }] })).toMatchObject([
    { pointer: '/steps/0/sleep' },
  ]);
  expect(definitionProblems(undefined)).not.toEqual([]);
});
