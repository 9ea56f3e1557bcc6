import fc from 'fast-check';
import jsonata from 'jsonata';
import { UNSURE } from './expression-scalars.js';
import { compileShortcut } from './expression-shortcut.js';
import type { SyntaxNode } from './expression-syntax.js';
import { plainJson } from './plain-json.js';
import type { Json } from './json.js';
import type { Scope } from './template.js';

/** Few names, the same on all levels, so that paths hit something; and those that could mean more than a field. */
const name = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'b'), weight: 4 },
  fc.constantFrom('toString', 'constructor', '__proto__', '_jsonata_lambda', 'tupleStream', 'length', '0'),
);
const scalar = fc.constantFrom<Json>(null, true, false, 0, -0, 1, 1.5, 0.1 + 0.2, 1e21, 2 ** 53, '', 'x', 'true');

const data = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

const input = fc.tuple(data, data, data).map(([a, b, more]): Json => ({ ...(more as object), a, b }));

const path = fc
  .array(name, { minLength: 1, maxLength: 3 })
  .map((names) => ['input', ...names].map((n) => `\`${n}\``).join('.'));

/** Everything that the shortcut knows, and a few things that it must leave alone. */
const expressions = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    path,
    fc.constantFrom(
      "'x'",
      "''",
      '1',
      '0',
      '-2.5',
      'true',
      'false',
      'null',
      "'['",
      '$.input',
      '$$.input.a',
      'input.a[0]',
      'input.items[]',
      'input.*',
    ),
    fc
      .array(fc.tuple(fc.constantFrom("'a'", "'b'", "'10'", "'2'", 'input.a'), tie('any')), { maxLength: 3 })
      .map((pairs) => `{${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .tuple(
        tie('any'),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in', '+', '??', '?:'),
        tie('any'),
      )
      .map(([lhs, operator, rhs]) => `(${lhs} ${operator} ${rhs})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    fc.tuple(tie('any'), tie('any')).map(([test, yes]) => `(${test} ? ${yes})`),
    tie('any').map((inner) => `$exists(${inner})`),
  ),
})).any;

const scopeWith = (input: Json): Scope => ({
  input,
  steps: {},
  saga: { id: '1', name: 'n', startedAt: '2026-01-01T00:00:00Z' },
});

test('wherever a shortcut yields a value, JSONata yields the same one', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(expressions, input, async (source, input) => {
      const expression = jsonata(source);
      const shortcut = compileShortcut(expression.ast() as unknown as SyntaxNode);
      if (!shortcut) return;
      const scope = scopeWith(input);
      const quick = outcomeOf(() => shortcut(scope));
      if (quick === 'unsure') return;
      taken++;
      const slow = await expression.evaluate(structuredClone(scope)).catch((error: unknown) => error);
      expect(quick).toEqual(outcomeOf(() => slow));
    }),
    { numRuns: 1_000 },
  );
  expect(taken).toBeGreaterThan(150);
});

function outcomeOf(compute: () => unknown): unknown {
  try {
    const value = compute();
    return value === undefined ? 'nothing' : JSON.stringify(plainJson(value));
  } catch (error) {
    return error === UNSURE ? 'unsure' : (error as Error).message;
  }
}

test.each([
  'input.sku',
  "{'sku': input.sku, 'qty': input.qty, 'n': 1, 'o': {'p': null}}",
  "{'amount': input.amount, 'reservation': steps.reserve.output.id}",
  'input.newsletter = true',
  "'/orders/' & input.id",
  "input.country ?? 'DE'",
  "input.total > 100 and input.country != 'DE' ? ['a', input.b] : []",
])('%s needs no JSONata', (source) => {
  expect(compileShortcut(jsonata(source).ast() as unknown as SyntaxNode)).not.toBeNull();
});

test.each([
  'input.items[0]',
  'input.*',
  '$sum(input.items)',
  "input{'a': b}",
  "{'a': 1, 'a': 2}",
  '($x := 1; $x)',
  'input.a[]',
])('%s is left to JSONata', (source) => {
  expect(compileShortcut(jsonata(source).ast() as unknown as SyntaxNode)).toBeNull();
});

test.each<[string, Json]>([
  ['input.a.b', { a: [{ b: 1 }] }],
  ['input.a.b', { a: { b: 1, _jsonata_lambda: true } }],
  ['$exists(input.no ? input.a : input.b)', { a: null, b: { _jsonata_lambda: true } }],
  ['[input.a, 1]', { a: [1, 2] }],
  ["input.a & 'x'", { a: 0.1 + 0.2 }],
  ["input.a & 'x'", { a: {} }],
  ['input.a = input.a', { a: {} }],
  ['input.a ? 1 : 2', { a: [0] }],
  ['input.a < 1', { a: '0' }],
])('%s is left to JSONata when the input is %j', (source, input) => {
  const shortcut = compileShortcut(jsonata(source).ast() as unknown as SyntaxNode);
  expect(() => shortcut?.(scopeWith(input))).toThrow(UNSURE);
});

test('a path may end in an array', () => {
  const shortcut = compileShortcut(jsonata('input.items.id').ast() as unknown as SyntaxNode);
  expect(shortcut?.(scopeWith({ items: { id: [1] } }))).toEqual([1]);
});

test('a chain that doubles with every link is not expanded', () => {
  const chain = Array.from({ length: 12 }, () => 'input.a').reduce((chain, next) => `(${chain} ?? ${next})`);
  expect(compileShortcut(jsonata(chain).ast() as unknown as SyntaxNode)).toBeNull();
});
