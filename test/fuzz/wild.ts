import fc from 'fast-check';
import { Found } from './found.js';

/** Texts that have broken somebody before. */
const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  "'; drop table skald.sagas; --",
  '%00',
  '%s%n',
  '{% $sum([1..1e9]) %}',
  '{% input.a.b.c %}',
  '{%',
  '\u202e\ufeff',
  '\ud800',
  '👩‍👩‍👧‍👦'.repeat(20),
  'ı',
  'NaN',
  '-0',
  '1e400',
  'true',
  'null',
  '0x10',
  '9'.repeat(40),
  'a'.repeat(300),
  'a'.repeat(70_000),
  '2026-02-30T25:61:61Z',
  '2026-11-24',
  '-271821-04-20T00:00:00.000Z',
  '+275760-09-13T00:00:00.001Z',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'http://127.0.0.1:1/',
  'http://[::1',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '99999999999d',
  '1h',
  '-5s',
];

const NASTY_NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  2 ** 53 + 2,
  1e15,
  1e21,
  1e308,
  5e-324,
  32_768,
];

export const wildText = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }),
);

export const wildNumber = fc.oneof(
  fc.constantFrom(...NASTY_NUMBERS),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Deep enough to hurt who descends without a limit. */
const deep = fc.constantFrom(5, 63, 64, 65, 1_000).map((levels) => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
});

const wide = fc
  .constantFrom(33, 201, 1_001)
  .map((count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));

const long = fc.constantFrom(0, 201, 1_001).map((count) => Array.from({ length: count }, (_, i) => i));

/** Any JSON, and what JSON can hold but nobody expects. */
export const wildValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: wildText },
  { weight: 4, arbitrary: wildNumber },
  { weight: 3, arbitrary: fc.constantFrom(null, true, false, [], {}) },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.oneof(deep, wide, long) },
  { weight: 2, arbitrary: fc.nat().map((which) => new Found('id', which)) },
);

export const wildField = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    'id',
    'a.b',
    'a/b~c',
    'tag.x',
    '\0',
  ),
  fc.string({ maxLength: 12 }),
);

/** Bodies that are no JSON as it should be. */
export const brokenBody = fc.constantFrom(
  '{',
  '}',
  '[1,]',
  '{"a":1,"a":2}',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '"\\u0000"',
  '{"a":"\\ud800"}',
  '{"a":1e999}',
  '{"a":12345678901234567890}',
  'NaN',
  'undefined',
  '\ufeff{}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  '{"a":'.repeat(70) + '1' + '}'.repeat(70),
  `{"input":"${'x'.repeat(1_100_000)}"}`,
  `[${'0,'.repeat(260_000)}0]`,
  "{'a':1}",
  'a: [1, 2',
  'a: &a [*a]',
  '--- \n...\n--- \n',
  '<xml/>',
);

export const contentType = fc.constantFrom(
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/json;charset=latin1',
  'application/problem+json',
  'application/yaml',
  'text/plain',
  'text/html',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'nonsense',
  '',
);

/** Header fields that some part of the server reads, with what it does not expect. */
export const wildHeaders = fc.constantFrom<Readonly<Record<string, string>>>(
  { 'if-match': '"999999999"' },
  { 'if-match': 'W/"1"' },
  { 'if-match': '*' },
  { 'if-match': 'x'.repeat(5_000) },
  { 'idempotency-key': ' ' },
  { 'idempotency-key': 'k'.repeat(256) },
  { 'idempotency-key': 'the same for all' },
  { prefer: 'wait=-1' },
  { prefer: 'wait=1e9, respond-async' },
  { prefer: 'wait' },
  { 'last-event-id': '99999999999999999999' },
  { 'last-event-id': 'x' },
  { accept: 'text/event-stream' },
  { accept: 'application/x-ndjson' },
  { accept: 'nothing/known' },
  { 'x-request-id': 'r'.repeat(2_000) },
  { 'accept-encoding': 'br;q=9, *' },
  { traceparent: '00-00000000000000000000000000000000-0000000000000000-00' },
  { 'x-filler': 'f'.repeat(20_000) },
  { cookie: 'a=b; '.repeat(500) },
  { expect: '100-continue' },
);
