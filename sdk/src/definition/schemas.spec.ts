import * as v from 'valibot';
import { z } from 'zod';
import { parsed } from '../../../test/saga/documents.js';
import { inputChecker } from '../../../src/saga/input-schema.js';
import { isDefinitionError } from './problem.js';
import { saga } from './saga.js';
import { typed, type StandardSchema } from '../standard-schema.js';
import { validateInput } from './validate-input.js';

const built = (input: StandardSchema | Record<string, unknown>) => saga('order', { input }).sleep('wait', '1s').build();

const schemas: [library: string, schema: StandardSchema, jsonSchema: unknown][] = [
  [
    'zod',
    z.object({ sku: z.string(), qty: z.int().min(1).max(9).default(1) }),
    {
      type: 'object',
      properties: { sku: { type: 'string' }, qty: { type: 'integer', minimum: 1, maximum: 9, default: 1 } },
      required: ['sku'],
    },
  ],
  ['valibot', v.object({ sku: v.string(), qty: v.optional(v.pipe(v.number(), v.minValue(1)), 1) }), undefined],
];

test.each(schemas)(
  'a schema of %s goes into the definition as far as its library writes it down',
  (_, schema, json) => {
    expect(built(schema).toJSON().input).toEqual(json);
  },
);

test.each(schemas)('a schema of %s checks an input before anything is sent', async (_, schema) => {
  expect(await validateInput(built(schema), { sku: 'a', qty: 2 })).toEqual([]);
  expect(await validateInput(built(schema), { sku: 'a' })).toEqual([]);
  expect(await validateInput(built(schema), { sku: 'a', qty: 0 })).toEqual([
    { pointer: '/input/qty', detail: expect.any(String) as string },
  ]);
});

test('the server checks what the schema checks, and takes an input without what has a default', () => {
  const check = inputChecker(parsed(built(schemas[0]![1]).toJSON()));
  expect(check({ sku: 'a' })).toEqual([]);
  expect(check({ sku: 'a', qty: 0 }).map(({ pointer }) => pointer)).toEqual(['/input/qty']);
});

test('a schema that JSON can not meet is refused with its reason', () => {
  const problems = problemsOf(() => built(z.object({ at: z.date() })));
  expect(problems).toEqual([{ pointer: '/input', detail: expect.stringContaining('Date') as string }]);
});

test('a JSON Schema goes in as it is, and is left to the server; a mere type leaves nothing', async () => {
  const schema = { type: 'object', required: ['sku'], $defs: { a: { const: null } } };
  expect(built(schema).toJSON().input).toEqual(schema);
  expect(await validateInput(built(schema), {})).toEqual([]);
  expect(built(typed<{ sku: string }>()).toJSON()).not.toHaveProperty('input');
});

function problemsOf(build: () => unknown): unknown {
  try {
    return build();
  } catch (error) {
    return isDefinitionError(error) ? error.problems : error;
  }
}
