import { parsed } from '../../test/saga/documents.js';
import type { Definition } from './definition.js';
import { inputChecker } from './input-schema.js';
import type { Json } from './json.js';
import type { Problem } from './problems.js';

function definitionWith(input?: unknown): Definition {
  const steps = [{ name: 'a', sleep: '1s' }];
  return parsed({ name: 'test', steps, ...(input !== undefined && { input }) });
}

const problemsOf = (schema: unknown, input: Json): Problem[] => inputChecker(definitionWith(schema))(input);

const ORDER = {
  type: 'object',
  required: ['sku', 'qty'],
  properties: {
    sku: { type: 'string', pattern: '^[a-z]+(-[a-z]+)*$' },
    qty: { type: 'integer', minimum: 1 },
    mail: { type: 'string', format: 'email' },
    speed: { enum: ['slow', 'fast'] },
    currency: { const: 'EUR' },
    lines: { type: 'array', items: { type: 'object', properties: { 'a/b': { type: 'number' } } } },
    secret: false,
  },
  additionalProperties: false,
};

test('an input that meets the schema has no problems', () => {
  const input = {
    sku: 'red-shoe',
    qty: 2,
    mail: 'a@example.org',
    speed: 'fast',
    currency: 'EUR',
    lines: [{ 'a/b': 1 }],
  };
  expect(problemsOf(ORDER, input)).toEqual([]);
});

test('every problem of an input is named with its place below /input', () => {
  const input: Json = {
    qty: '2',
    mail: 'nobody',
    speed: 'warp',
    currency: 'USD',
    lines: [{}, { 'a/b': 'x' }],
    colour: 1,
    secret: 1,
  };
  expect(problemsOf(ORDER, input)).toEqual(
    expect.arrayContaining([
      { pointer: '/input/sku', detail: 'is missing' },
      { pointer: '/input/colour', detail: 'is an unknown field: leave it out' },
      { pointer: '/input/qty', detail: 'must be integer' },
      { pointer: '/input/mail', detail: 'must match format "email"' },
      { pointer: '/input/speed', detail: 'must be one of "slow", "fast"' },
      { pointer: '/input/currency', detail: 'must be "EUR"' },
      { pointer: '/input/lines/1/a~1b', detail: 'must be number' },
      { pointer: '/input/secret', detail: 'is not allowed here: leave it out' },
    ]),
  );
});

test.each<[unknown, Json, number]>([
  [undefined, null, 0],
  [true, { anything: 1 }, 0],
  [false, {}, 1],
  [{ type: 'string', note: 'unknown keywords are notes to people' }, 'x', 0],
  [{ $defs: { n: { type: 'number' } }, $ref: '#/$defs/n' }, 'x', 1],
  [{ $id: 'https://example.org/a', type: 'string' }, 1, 1],
  [{ type: 'array', items: { type: 'number' } }, Array.from({ length: 500 }, () => 'x'), 100],
  [{ pattern: '^a*$' }, 'a'.repeat(20_000), 1],
])('%j finds in %.50j that many problems: %d', (schema, input, count) => {
  expect(problemsOf(schema, input)).toHaveLength(count);
});

test('checking changes nothing: no default is filled in, no text becomes a number', () => {
  const input = Object.freeze({ qty: '2' });
  expect(problemsOf({ properties: { qty: { type: 'number' }, speed: { default: 'slow' } } }, input)).toHaveLength(1);
  expect(input).toEqual({ qty: '2' });
});

test('one schema id may be used by many definitions, also after the parsed form was put into another object', () => {
  for (const type of ['string', 'number']) {
    const definition = { ...definitionWith({ $id: 'https://example.org/order', type }), version: 2 };
    expect(inputChecker(definition)(type === 'string' ? 'x' : 1)).toEqual([]);
    expect(inputChecker(definition)(type === 'string' ? 1 : 'x')).toHaveLength(1);
  }
});

test('a schema that refers to itself without end is a problem of the input, not a crash', () => {
  const checker = inputChecker(definitionWith({ allOf: [{ $ref: '#' }] }));
  expect(checker({}).map(({ pointer }) => pointer)).toEqual(['/input']);
});
