import fc from 'fast-check';
import type { Json } from './json.js';
import { MAX_RESULT_SIZE } from './plain-json.js';
import { MappingError, type Scope } from './template.js';
import { compileTemplate, TemplateError } from './template-compiler.js';

const scope: Scope = deepFreeze({
  input: {
    sku: 'abc',
    qty: 2,
    items: [
      { sku: 'a', price: 1 },
      { sku: 'b', price: 2 },
    ],
    empty: [],
    lists: [[], [1]],
    one: [7],
    nothing: null,
  },
  steps: {
    reserve: { output: { id: 'r-1', tags: ['x'] }, status: 'succeeded' },
    'cool-off': { output: null, status: 'succeeded' },
    constructor: { output: 'own', status: 'succeeded' },
  },
  saga: { id: '0190', name: 'place-order', startedAt: '2026-01-02T03:04:05.006Z' },
});

const evaluate = async (source: Json, over: Scope = scope): Promise<Json> => compileTemplate(source).evaluate(over);

describe('a template', () => {
  test('without expressions yields its source itself', () => {
    const source = { path: '/x', text: 'a {% b %} c', list: [1, null, '%} {%'] };
    expect(compileTemplate(source).evaluate(scope)).toBe(source);
  });

  test.each<[Json, Json]>([
    ['{% input.sku %}', 'abc'],
    ['  {% input.qty + 1 %}\n', 3],
    ["{% {'sku': input.sku, 'id': steps.reserve.output.id, 'none': input.none} %}", { sku: 'abc', id: 'r-1' }],
    [
      { a: [{ b: '{% saga.id %}' }, 'text'], c: '{% input.missing %}' },
      { a: [{ b: '0190' }, 'text'], c: null },
    ],
    [
      ['{% $sum(input.items.price) %}', '{% input.sku %}', '{% input.items.sku %}'],
      [3, 'abc', ['a', 'b']],
    ],
    ['{% input.missing %}', null],
    ['{% input.items[price > 5] %}', null],
    ['{% input.nothing %}', null],
    ['{% steps.`cool-off`.status %}', 'succeeded'],
    ['{% steps.constructor.output %}', 'own'],
    ['{% input.constructor %}', null],
    ['{% input.`__proto__` %}', null],
    ['{% input.sku.length %}', null],
    ['{% input.one %}', [7]],
    ['{% input.items[0].sku[] %}', ['a']],
    ['{% input.empty{"a": 1} %}', { a: 1 }],
    ["{% input.lists.{'n': $count($)} %}", [{ n: 0 }, { n: 1 }]],
    ['{% input.items^(>price).sku %}', ['b', 'a']],
    ["{% $match('a1b2', /[a-z]\\d/).match %}", ['a1', 'b2']],
    ['{% $now() %}', '2026-01-02T03:04:05.006Z'],
    ["{% $now('[Y]') %}", '2026'],
    ['{% $millis() %}', Date.parse('2026-01-02T03:04:05.006Z')],
    ["{% $toMillis('07:00', '[H]:[m]') %}", Date.parse('2026-01-02T07:00:00.000Z')],
  ])('%j yields %j', async (source, expected) => {
    const value = await evaluate(source);
    expect(value).toEqual(expected);
    // No hidden properties and no missing prototypes, which `toEqual` would pass over.
    expect(value).toStrictEqual(JSON.parse(JSON.stringify(value)));
  });

  test('yields simple values at once, without a promise', () => {
    expect(compileTemplate({ sku: '{% input.sku %}', items: '{% input.items %}' }).evaluate(scope)).toEqual({
      sku: 'abc',
      items: scope.input && (scope.input as { items: Json }).items,
    });
  });

  test.each([
    ['{% $sum %}', 'a function'],
    ['{% function($x){ $x } %}', 'a function'],
    ['{% 1 / 0 %}', 'Infinity'],
    ['{% $sum(input.sku) %}', 'Argument 1'],
    ["{% $error('no stock') %}", 'no stock'],
    ["{% {input.sku & '': 1, 'abc': 2} %}", 'key'],
    ['{% ($f := function($n){ $f($n + 1) }; $f(0)) %}', 'too much work'],
    ['{% ($f := function($n){ 1 + $f($n + 1) }; $f(0)) %}', 'overflow'],
    ['{% $count([1..100000]) + $count([1..100001]) %}', 'sequence'],
    ['{% $map([1..5000], function($i){ $count([1..100000]) }) %}', 'too much work'],
    ["{% $join($map([1..1000], function($i){ $pad('x', 2000) })) %}", `${MAX_RESULT_SIZE}`],
    ["{% $contains($pad('x', 20000), /x/) %}", '10000 characters'],
    ['{% ($f := function($n){ $n = 0 ? 1 : {"n": $f($n - 1)} }; $f(300)) %}', 'levels'],
  ])('%s fails with a mapping error', async (source, message) => {
    const failure = await evaluate(source).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MappingError);
    expect((failure as Error).message).toContain(message);
    expect((failure as Error).message.length).toBeLessThan(500);
  });

  test('a list of two failing expressions fails once', async () => {
    await expect(evaluate(['{% $error("a") %}', '{% $error("b") %}', '{% 1/0 %}'])).rejects.toThrow('a');
  });

  test.each([
    ['does not compile: Unexpected end', '{% input. %}', ''],
    ['does not compile', '{% %}', ''],
    ['does not compile', { 'a/b': ['{% ) %}'] }, '/a~1b/0'],
    ['$random is not available', '{% $random() %}', ''],
    ['$shuffle is not available', '{% input.items ~> $shuffle %}', ''],
    ['$eval is not available', '{% $map(input.items, $eval) %}', ''],
    ['nothing is called inptu here, did you mean input?', '{% inptu.sku %}', ''],
    ['saga has no started', '{% saga.started %}', ''],
    ['write steps.reserve.output.id', '{% steps.reserve.id %}', ''],
    ['repeated group', '{% $match(input.sku, /(a+)+$/) %}', ''],
    ['nested too deeply', `{% ${'('.repeat(8000)} %}`, ''],
    ['longer than', `{% ${'1+'.repeat(5000)}1 %}`, ''],
    ['more than 16 ??', `{% ${'('.repeat(60)}input.a${' ?? 1)'.repeat(60)} %}`, ''],
  ])('is refused where an expression %s', (detail: string, source: Json, pointer: string) => {
    const failure = caught(() => compileTemplate(source));
    expect(failure).toBeInstanceOf(TemplateError);
    expect((failure as TemplateError).problems).toEqual([
      { pointer, detail: expect.stringContaining(detail) as string },
    ]);
  });

  test('names of list items and of lambda arguments are not mistaken for top-level names', () => {
    const source = "{% input.items.{'s': sku}[s = 'a'] ~> $map(function($i){ $i.s & input.items^(price)[0].sku }) %}";
    expect(compileTemplate(source).reads).toEqual([]);
  });

  test('tells which steps it reads, and where', () => {
    const { reads } = compileTemplate({
      a: '{% steps.x.output & $string(steps.`y-z`.status) %}',
      b: ['{% $$.steps.x %}'],
    });
    expect(reads.map(({ step, place }) => `${step} ${place.pointer}`).sort()).toEqual(['x /a', 'x /b/0', 'y-z /a']);
  });

  test('a field called __proto__ around an expression is refused', async () => {
    const around = JSON.parse('[{"__proto__":false}]') as Json;
    const template = compileTemplate({ around, x: '{% input.items.sku %}' });
    await expect(async () => template.evaluate(scope)).rejects.toThrow('a field called __proto__');
  });

  test('what stands around an expression is kept as it is', async () => {
    await fc.assert(
      // A field of that name is refused, wherever it stands.
      fc.asyncProperty(
        fc.json().filter((json) => !json.includes('"__proto__"')),
        async (text) => {
          const around = JSON.parse(text) as Json;
          const template = compileTemplate({ around, x: '{% input.items.sku %}' });
          expect(await template.evaluate(scope)).toEqual({ around, x: ['a', 'b'] });
        },
      ),
      { numRuns: 200 },
    );
  });
});

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
