import fc from 'fast-check';
import { parse, parseDocument } from 'yaml';
import type { Json } from '../json.js';
import { yamlOf } from './yaml-text.js';

const nasty = [
  ...['', ' ', ' a', 'a ', 'a  b', 'a: b', 'a:', ': ', ':', '#', 'a #b', '- a', '-', '--', '---', '...', '? a', '?'],
  ...[
    'no',
    'No',
    'y',
    'NULL',
    '~',
    'true',
    '1',
    '1e3',
    '0x1F',
    '0o7',
    '.5',
    '.inf',
    '-1',
    '1_000',
    '12:30',
    '1.5s',
    'E0',
    'e-5',
  ],
  ...['2001-01-01', '<<', '=', '&a', '*a', '!a', '!!str a', '%a', '@a', '`a', '[a', '{a', 'a, b', 'a]', '|', '>', "'"],
  ...[
    '"',
    '\\',
    'a\nb',
    '\n',
    'a\n',
    '\ta',
    '\r',
    '\r\n',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u0000',
    '\u007f',
    '\u{1f600}',
  ],
  ...['{% input.a %}', "{% {'a': 'it''s'} %}", '{% {"a": 1} %}', '__proto__', 'x'.repeat(2_000), 'x y '.repeat(400)],
];

/** Texts of which many look like a number, a date or a word of YAML. */
const lookalike = fc.string({ unit: fc.constantFrom(...'eEnNoOyYtTxXaAiIfF0178.-+_:/ '), maxLength: 4 });
const text = fc.oneof(fc.constantFrom(...nasty), lookalike, fc.string({ unit: 'binary' }), fc.string());
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, true, false, 0, -0.5, 1e21, 1e-7, 5e-324, 123456789),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(text, tie('json'), { maxKeys: 4 }),
  ),
}));

test('whatever JSON is written as YAML is read back the same, by the rules of 1.2 and of 1.1', () => {
  fc.assert(
    fc.property(json, (value) => {
      const document = yamlOf(value);
      for (const version of ['1.2', '1.1'] as const) {
        expect(parseDocument(document, { version, merge: false, strict: true }).errors).toEqual([]);
        expect(parse(document, { version, merge: false })).toEqual(JSON.parse(JSON.stringify(value)));
      }
    }),
    { numRuns: 200, examples: [[{ ['x'.repeat(2_000)]: [{ a: 1, b: [] }], [' '.repeat(1_100)]: 1 }]] },
  );
});

test('people can read it', () => {
  const step = { name: 'reserve', after: [], retry: { maxAttempts: 8, initialInterval: '100ms' }, optional: true };
  const output = { tracking: "{% steps.ship.output.tracking ? 'yes' : 'no' %}", said: 'no', quoted: '{% "x" %}' };
  const rows = [[1, [2]], [{ a: 1, b: {} }]];
  expect(yamlOf({ name: 'place-order', description: 'Reserve and ship', steps: [step], output, rows })).toBe(
    `name: place-order
description: Reserve and ship
steps:
  - name: reserve
    after: []
    retry:
      maxAttempts: 8
      initialInterval: 100ms
    optional: true
output:
  tracking: "{% steps.ship.output.tracking ? 'yes' : 'no' %}"
  said: "no"
  quoted: '{% "x" %}'
rows:
  - - 1
    - [2]
  - - a: 1
      b: {}
`,
  );
});
