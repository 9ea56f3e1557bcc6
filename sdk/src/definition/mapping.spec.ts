import fc from 'fast-check';
import type { Scope as Data } from '../../../src/saga/template.js';
import { compileTemplate } from '../../../src/saga/template-compiler.js';
import type { Json } from '../json.js';
import { expr, path } from './expression.js';
import type { Scope } from './mapping.js';
import { isDefinitionError } from './problem.js';
import { saga } from './saga.js';

type Written = Scope<unknown, Record<string, unknown>>;

/** What a mapping becomes in a definition. */
function written(mapping: (scope: Written) => unknown): Json {
  const { output } = saga('s')
    .sleep('reserve', 1)
    .sleep('cool-off', 1)
    .output(mapping as never)
    .build()
    .toJSON();
  return output as Json;
}

const evaluate = async (mapping: (scope: Written) => unknown, data: Data): Promise<Json> =>
  compileTemplate(written(mapping)).evaluate(data);

const data = (input: Json): Data => ({
  input,
  steps: { reserve: { output: { id: 'r-1' }, status: 'succeeded' }, 'cool-off': { output: null, status: 'skipped' } },
  saga: { id: '0190', name: 's', startedAt: '2026-01-02T03:04:05.006Z' },
});

const odd = [
  'and',
  'or',
  'in',
  'true',
  'null',
  'function',
  'a-b',
  'a.b',
  'a`b',
  '',
  ' ',
  '$',
  '$a',
  '%',
  '*',
  "'",
  '"',
];
const names = fc.oneof(
  fc.constantFrom('a', 'b', 'then', 'length', 'constructor', 'toString', 'map', 'input', ...odd),
  fc.string({ unit: 'grapheme' }),
);
// A name that is a number is read as an index.
const name = names.filter((key) => !/^\d+$/.test(key) && key !== '__proto__');
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.string(), fc.constantFrom(null, true, false, 0, 1.5, '', '{% input %}', '{%%}')),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 3 }),
  ),
}));

test('what a mapping reads is what it would read of the data, however deep and however named', async () => {
  const inputAndPath = json.chain((input) =>
    fc.constantFrom(...pathsOf(input)).map((path) => ({ input, path, value: at(input, path) as Json })),
  );
  await fc.assert(
    fc.asyncProperty(inputAndPath, json, name, async ({ input, path, value }, constant, key) => {
      const mapping = (scope: Written): unknown => ({ [key]: [at(scope.input, path), constant], constant });
      expect(await evaluate(mapping, data(input))).toEqual({ [key]: [value, constant], constant });
      expect(await evaluate((scope) => at(scope.input, path), data(input))).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test('what is put into an expression means itself', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      async (a, b) => {
        const mapping = ({ input }: Written): unknown => [
          expr`${a} & ${input.text}`,
          expr`[${b}, ${true}, ${null}, ${expr('1 + 1')} * 2]`,
          path`/x/${a}/y?z=${input.text}`,
        ];
        expect(await evaluate(mapping, data({ text: '/ä ' }))).toEqual([
          `${a}/ä `,
          [b === 0 ? 0 : b, true, null, 4],
          `/x/${encodeURIComponent(a)}/y?z=%2F%C3%A4%20`,
        ]);
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[(scope: Written) => unknown, Json]>([
  [({ steps }) => steps['reserve']?.output.id, '{% steps.reserve.output.id %}'],
  [({ steps }) => [steps['cool-off']?.status], ['{% steps.`cool-off`.status %}']],
  [({ input }) => input.items[0].price, '{% input.items[0].price %}'],
  [({ input }) => input.items?.[0]?.['a b'], '{% input.items[0].`a b` %}'],
  [({ input }) => input['a`b'].c, '{% $lookup(input, "a`b").c %}'],
  [
    () => ({ a: undefined, b: [undefined], c: '{% not an expression %}' }),
    { b: [null], c: '{% "{% not an expression %}" %}' },
  ],
])('%s becomes %j', (mapping, expected) => {
  expect(written(mapping)).toEqual(expected);
});

test.each<Json>([{}, { id: null }, { id: '' }])('a path is not made of what is not there: %j', async (input) => {
  await expect(evaluate(({ input }) => path`/orders/${input.id}`, data(input))).rejects.toThrow('there is no input.id');
});

test('a path is made of what looks like nothing', async () => {
  const mapping = ({ input }: Written): unknown => path`/${input.zero}/${input.no}/${0}/${'a b'}`;
  expect(await evaluate(mapping, data({ zero: 0, no: false }))).toBe('/0/false/0/a%20b');
});

test.each<[what: string, mapping: (scope: Written) => unknown, problem: string]>([
  ['arithmetic', ({ input }) => input.qty * 2, 'input.qty is known only when the saga runs'],
  ['joined text', ({ input }) => `a ${input.sku}`, 'input.sku is known only'],
  ['a comparison', ({ input }) => input.qty > 1, 'input.qty is known only'],
  ['a method', ({ input }) => input.items.map((item: { sku: string }) => item.sku), 'input.items.map is known only'],
  ['a spread object', ({ input }) => ({ ...input.address }), 'input.address is known only'],
  ['a spread list', ({ input }) => [...input.items], 'input.items is known only'],
  ['a loop over fields', ({ input }) => Object.keys(input), 'input is known only'],
  ['a question for a field', ({ input }) => 'sku' in input, 'input is known only'],
  ['JSON of its own', ({ input }) => JSON.stringify(input), 'input.toJSON is known only'],
  ['a change', ({ input }) => (input.a = 1), 'input is known only'],
  ['a condition', ({ input }) => (input.isVip ? 'a' : 'b'), 'input.isVip is read, but is not in the result'],
  ['an &&', ({ input }) => input.gift && input.name, 'input.gift is read, but'],
  ['a comparison for equality', ({ input }) => ({ same: input.a === 1 }), 'input.a is read, but'],
  ['a step that comes later', ({ steps }) => steps['later']?.output, 'no step called later is sure to be done'],
  ['a promise', async ({ input }) => input.a, 'must not be async'],
  ['a date', () => new Date(0), 'is not JSON'],
  ['no number', () => NaN, 'NaN is no number'],
])('a mapping can not record %s', (_, mapping, problem) => {
  expect(problemsOf(() => written(mapping))).toEqual([expect.stringContaining(problem)]);
});

test('an error of the mapping itself is not hidden', () => {
  expect(() =>
    written(() => {
      throw new RangeError('mine');
    }),
  ).toThrow(RangeError);
});

test('a mapping is called once for each time that the definition is built', () => {
  let calls = 0;
  const mapping = (): string => `${++calls}`;
  const builder = saga('s').sleep('a', 1).output(mapping);
  expect(calls).toBe(0);
  const built = builder.build();
  expect([built.toJSON().output, built.toJSON().output, calls]).toEqual(['1', '1', 1]);
});

function problemsOf(build: () => unknown): string[] {
  try {
    build();
  } catch (error) {
    if (isDefinitionError(error)) return error.problems.map(({ detail }) => detail);
    throw error;
  }
  return [];
}

type Path = readonly (string | number)[];

function pathsOf(value: Json): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item).map((path) => [Array.isArray(value) ? Number(key) : key, ...path]),
  );
  return [[], ...inner];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}
