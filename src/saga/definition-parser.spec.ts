import fc from 'fast-check';
import { parse } from 'yaml';
import { CONTRACT_EXAMPLE, parsed } from '../../test/saga/documents.js';
import type { CallStep } from './definition.js';
import { parseDefinition } from './definition-parser.js';
import type { Problem } from './problems.js';
import type { Scope } from './template.js';

const SCOPE: Scope = {
  input: { sku: 'abc', qty: 2, amount: 5, id: 'a?b' },
  steps: {
    reserve: { output: { id: 'r-1' }, status: 'succeeded' },
    ship: { output: { tracking: 't' }, status: 'succeeded' },
  },
  saga: { id: 's-1', name: 'place-order', startedAt: '2026-01-01T00:00:00.000Z' },
};

type Loose = Record<string, unknown>;

/** A call with a compensation, changed by `over`. */
const call = (name: string, over: Loose = {}): Loose => ({
  name,
  participant: 'p',
  action: { path: '/do' },
  compensation: { path: '/undo' },
  ...over,
});
/** A call without a compensation. */
const bare = (name: string, over: Loose = {}): Loose => ({ name, participant: 'p', action: { path: '/do' }, ...over });
const pivot = (name: string, over: Loose = {}): Loose => bare(name, { kind: 'pivot', ...over });
const saga = (...steps: unknown[]): Loose => ({ name: 'test', steps });

describe('a definition', () => {
  test('of the contract is read with all its defaults', async () => {
    const definition = parsed(parse(CONTRACT_EXAMPLE));
    expect(definition).toMatchObject({
      name: 'place-order',
      version: 0,
      deadline: 900_000,
      description: 'Reserve, charge, ship',
    });
    expect(
      definition.steps.map(({ name, type, kind, after, followers }) => [name, type, kind, after, followers]),
    ).toEqual([
      ['reserve', 'call', 'compensatable', [], [1, 2, 3, 4, 5, 6]],
      ['charge', 'call', 'compensatable', [0], [2, 3, 4, 5, 6]],
      ['ship', 'call', 'pivot', [1], [3, 4, 5, 6]],
      ['greet', 'call', 'retriable', [2], [4, 5, 6]],
      ['cool-off', 'sleep', 'retriable', [3], [5, 6]],
      ['approval', 'signal', 'retriable', [4], [6]],
      ['sub', 'child', 'retriable', [5], []],
    ]);
    const [reserve, charge, ship, greet, sleep, approval] = definition.steps as CallStep[];
    expect(reserve).toMatchObject({ optional: false, callbackTimeout: 86_400_000, retry: {}, compensationRetry: {} });
    expect(await reserve?.action.body?.evaluate(SCOPE)).toEqual({ sku: 'abc', qty: 2 });
    expect(reserve?.compensation).toMatchObject({
      method: 'POST',
      path: { source: '/reservations/cancel' },
      body: undefined,
    });
    expect(charge).toMatchObject({
      timeout: 5_000,
      retry: {
        maxAttempts: 8,
        initialInterval: 100,
        factor: 2,
        maxInterval: 60_000,
        jitter: 'full',
        maxElapsed: 600_000,
      },
    });
    expect(ship).toMatchObject({ compensation: null });
    expect(greet).toMatchObject({
      optional: true,
      fallback: { strategy: 'static_response', response: { sent: false } },
    });
    expect(sleep).toMatchObject({ sleep: 86_400_000 });
    expect(approval).toMatchObject({ signal: 'approved', timeout: 172_800_000 });
    expect(await definition.output?.evaluate(SCOPE)).toEqual({ tracking: 't' });
  });

  test('keeps its document, and the version it is given', () => {
    const document = { ...saga(call('a')), sensitive: ['/input/card', ''] };
    const result = parseDefinition(document, { version: 3 });
    expect(result).toMatchObject({ definition: { version: 3 } });
    expect('definition' in result && result.definition.source).toBe(document);
  });

  test.each<[string, Loose]>([
    [
      'branches that start at once and join',
      saga(call('a', { after: [] }), call('b', { after: [] }), call('c', { after: ['a', 'b'] })),
    ],
    ['a step that names one below it', saga(call('a', { after: ['b'] }), call('b', { after: [] }))],
    ['nothing to undo', saga(bare('a', { compensation: 'none' }))],
    ['a pivot with a compensation, for when its outcome stays unknown', saga(call('a', { kind: 'pivot' }))],
    [
      'a retriable step beside the pivot that can be undone',
      saga(pivot('p'), call('b', { kind: 'retriable', after: [] })),
    ],
    ['a timer beside the pivot', saga(pivot('p'), { name: 'wait', sleep: '1.5s', after: [] })],
    ['pivots on two branches', saga(pivot('p', { after: [] }), pivot('q', { after: [] }))],
    ['compensation: none after the pivot', saga(pivot('p'), bare('b', { compensation: 'none' }))],
    [
      'attempts without limit',
      saga(call('a', { retry: { maxAttempts: 'unlimited' }, compensationRetry: { jitter: 'none' } })),
    ],
    ['a computed path', saga(call('a', { action: { path: "{% '/x/' & input.id %}", method: 'PUT' } }))],
    ['a query', saga(call('a', { action: { path: '/x?mode=fast', method: 'GET' } }))],
    [
      'a compensation that reads its own action and a later step',
      saga(call('a', { compensation: { path: '/u', body: '{% [steps.a.output, steps.b.output] %}' } }), call('b')),
    ],
    ['a child of a fixed version', saga({ name: 'c', saga: 'other', version: 2 })],
    ['a fallback by name', saga(call('a', { fallback: { strategy: 'estimated_stock' } }))],
    ['a constant condition', saga(call('a', { when: false }))],
  ])('may have %s', (_, document) => {
    expect(parseDefinition(document)).toHaveProperty('definition');
  });

  it.each([
    [undefined, 3_600_000],
    ['90s', 90_000],
  ])('remembers an answer for cache_only as long as it says (%s)', (ttl, expected) => {
    const fallback = { strategy: 'cache_only', ...(ttl && { ttl }) };
    expect(parseDefinition(saga(call('a', { fallback })))).toMatchObject({
      definition: { steps: [{ fallback: { strategy: 'cache_only', ttl: expected } }] },
    });
  });
});

describe('a definition is refused', () => {
  test.each<[pointer: string, detail: string, document: unknown]>([
    // the document
    ['', 'JSON object', []],
    ['', 'JSON object', undefined],
    ['/name', 'is missing', { steps: [call('a')] }],
    ['/name', 'lower-case', { name: 'Order', steps: [call('a')] }],
    ['/steps', 'is missing', { name: 'x' }],
    ['/steps', '1 to 200', { name: 'x', steps: [] }],
    ['/steps', '1 to 200', saga(...Array.from({ length: 201 }, (_, i) => call(`s${i}`)))],
    ['/outptu', 'did you mean output?', { ...saga(call('a')), outptu: 1 }],
    ['/deadline', 'duration such as', { ...saga(call('a')), deadline: '15 minutes' }],
    ['/deadline', 'between 1ms and 3650d', { ...saga(call('a')), deadline: '0s' }],
    ['/sensitive/0', 'JSON pointer', { ...saga(call('a')), sensitive: ['card'] }],
    ['/steps/0/sensitive/1', 'JSON pointer', saga({ ...call('a'), sensitive: ['/a/*', '/~2'] })],
    ['/steps/0/sensitive', 'list', saga({ ...call('a'), sensitive: '/card' })],
    ['/description', 'NUL', { ...saga(call('a')), description: 'a\0b' }],
    ['/description', 'surrogate', { ...saga(call('a')), description: '\ud800' }],
    ['/description', 'finite', { ...saga(call('a')), description: NaN }],
    ['/description', 'is not JSON', { ...saga(call('a')), description: new Date() }],
    ['/input/__proto__', 'refused', JSON.parse('{"name":"x","steps":[],"input":{"__proto__":1}}')],
    ['/input/default', 'too long', { ...saga(call('a')), input: { default: 'x'.repeat(65_537) } }],
    [`/input${'/a'.repeat(64)}`, 'too deeply', { ...saga(call('a')), input: nested(70) }],
    // a step
    ['/steps/0', 'must be an object', saga('reserve')],
    ['/steps/0/action', 'is missing', saga({ name: 'a', participant: 'p' })],
    ['/steps/0', 'has action and sleep', saga(call('a', { sleep: '1s' }))],
    ['/steps/0/name', 'letters', saga(call('1st'))],
    ['/steps/1/name', '/steps/0 is called a, too', saga(call('a'), call('a'))],
    ['/steps/0/participant', 'is missing', saga({ name: 'a', action: { path: '/x' }, compensation: 'none' })],
    ['/steps/0/compensatoin', 'did you mean compensation?', saga(call('a', { compensatoin: 'none' }))],
    ['/steps/0/participant', 'unknown field', saga({ name: 'a', sleep: '1s', participant: 'p' })],
    ['/steps/0/sleep', 'not "5"', saga({ name: 'a', sleep: '5' })],
    ['/steps/0/timeout', 'duration', saga({ name: 'a', signal: 'go', timeout: 5 })],
    ['/steps/0/version', 'whole number', saga({ name: 'a', saga: 'b', version: 0 })],
    ['/steps/0/optional', 'true or false', saga(call('a', { optional: 'yes' }))],
    ['/steps/0/when', 'must be an expression', saga(call('a', { when: 'input.x' }))],
    [
      '/steps/0/kind',
      'one of compensatable, pivot, retriable, did you mean pivot?',
      saga(call('a', { kind: 'pivto' })),
    ],
    ['/steps/0/retry/maxAttempts', 'unlimited', saga(call('a', { retry: { maxAttempts: 0 } }))],
    ['/steps/0/retry/factor', 'from 1 to 100', saga(call('a', { retry: { factor: 0.5 } }))],
    ['/steps/0/retry/maxInterval', 'shorter', saga(call('a', { retry: { initialInterval: '2s', maxInterval: '1s' } }))],
    ['/steps/0/retry/budget', 'unknown field', saga(call('a', { retry: { budget: {} } }))],
    ['/steps/0/fallback', 'needs a response', saga(call('a', { fallback: { strategy: 'static_response' } }))],
    [
      '/steps/0/fallback/response',
      'static_response only',
      saga(call('a', { fallback: { strategy: 'skip', response: 1 } })),
    ],
    [
      '/steps/0/fallback/ttl',
      'cache_only only',
      saga(call('a', { fallback: { strategy: 'estimated_stock', ttl: '1h' } })),
    ],
    ['/steps/0/fallback/ttl', 'a duration', saga(call('a', { fallback: { strategy: 'cache_only', ttl: 60 } }))],
    // a target
    ['/steps/0/action/path', 'is missing', saga(call('a', { action: {} }))],
    ['/steps/0/action/method', 'one of POST', saga(call('a', { action: { path: '/x', method: 'post' } }))],
    ['/steps/0/action/path', 'one slash', saga(call('a', { action: { path: 'http://x/' } }))],
    ['/steps/0/action/path', 'one slash', saga(call('a', { action: { path: '//evil/x' } }))],
    ['/steps/0/action/path', '..', saga(call('a', { action: { path: '/a/%2E./b' } }))],
    ['/steps/0/action/path', 'percent-encode', saga(call('a', { action: { path: '/a b' } }))],
    ['/steps/0/action/path', 'as a whole', saga(call('a', { action: { path: '/a/{% input.id %}' } }))],
    ['/steps/0/compensation', 'or none', saga(call('a', { compensation: null }))],
    // order
    ['/steps/1/after/0', 'did you mean reserve?', saga(call('reserve'), call('b', { after: ['resreve'] }))],
    ['/steps/0/after/0', 'after itself', saga(call('a', { after: ['a'] }))],
    ['/steps/1/after/1', 'twice', saga(call('a'), call('b', { after: ['a', 'a'] }))],
    [
      '/steps/0/after',
      'a after c after b after a',
      saga(call('a', { after: ['c'] }), call('b', { after: ['a'] }), call('c', { after: ['b'] })),
    ],
    ['/steps/1/after', 'b after c after b', saga(call('a'), call('b', { after: ['c'] }), call('c'))],
    ['/steps/0/after', 'must be a list', saga(call('a', { after: 'b' }))],
    // kinds
    ['/steps/0', 'has no compensation', saga(bare('a'))],
    ['/steps/0', 'has no compensation', saga(bare('a', { kind: 'retriable' }))],
    ['/steps/1/kind', 'after the pivot p', saga(pivot('p'), bare('b', { kind: 'compensatable' }))],
    ['/steps/1/kind', 'beside the pivot p', saga(pivot('p'), call('b', { kind: 'compensatable', after: [] }))],
    ['/steps/1', 'let p wait for it with after: [b]', saga(pivot('p'), call('b', { after: [] }))],
    ['/steps/1', 'beside the pivot p', saga(pivot('p'), { name: 'c', saga: 'other', after: [] })],
    ['/steps/1/kind', 'after another pivot, p', saga(pivot('p'), pivot('q'))],
    ['/steps/0/kind', 'no pivot', saga({ name: 'a', sleep: '1s', kind: 'pivot' })],
    ['/steps/0/optional', 'unnoticed', saga(pivot('p', { optional: true }))],
    ['/steps/0/when', 'left out', saga(pivot('p', { when: '{% input.x %}' }))],
    ['/steps/0/fallback', 'stand in', saga(pivot('p', { fallback: { strategy: 'skip' } }))],
    // expressions
    [
      '/steps/0/action/body/x',
      'does not compile',
      saga(call('a', { action: { path: '/x', body: { x: '{% 1 + %}' } } })),
    ],
    [
      '/steps/1/action/body',
      'did you mean reserve?',
      saga(call('reserve'), call('b', { action: { path: '/x', body: '{% steps.resreve.output %}' } })),
    ],
    [
      '/steps/1/when',
      'add a to after',
      saga(call('a'), call('b', { after: [], when: '{% steps.a.output.ok = true %}' })),
    ],
    ['/steps/0/input', 'its own output', saga({ name: 'c', saga: 'other', input: '{% steps.c.output %}' })],
    [
      '/steps/0/compensation/body',
      'no step is called that',
      saga(call('a', { compensation: { path: '/u', body: '{% steps.b.output %}' } })),
    ],
    [
      '/steps/1/compensation/body',
      'add a to after',
      saga(call('a'), call('b', { after: [], compensation: { path: '/u', body: '{% steps.a.output %}' } })),
    ],
    [
      '/output',
      'write steps.`cool-off` in backquotes',
      { ...saga({ name: 'cool-off', sleep: '1s' }), output: '{% steps.cool-off %}' },
    ],
    // the schema of the input
    ['/input', 'object, true or false', { ...saga(call('a')), input: 'object' }],
    [
      '/input/properties/a/type',
      'one of "array"',
      { ...saga(call('a')), input: { properties: { a: { type: 'text' } } } },
    ],
    ['/input', 'nothing is fetched', { ...saga(call('a')), input: { $ref: 'https://example.org/schema' } }],
    [
      '/input',
      '2020-12 dialect',
      { ...saga(call('a')), input: { $schema: 'http://json-schema.org/draft-07/schema#' } },
    ],
    ['/input', 'repeated group', { ...saga(call('a')), input: { properties: { a: { pattern: '^(a+)+$' } } } }],
    ['/input/$async', 'not supported', { ...saga(call('a')), input: { $async: true } }],
  ])('%s: %s', (pointer, detail, document) => {
    expect(problemsOf(document)).toContainEqual({ pointer, detail: expect.stringContaining(detail) as string });
  });

  test('without guesses about kinds while the order of the steps is not known', () => {
    const document = saga(call('a'), pivot('p'), call('b', { after: 'a' }));
    expect(problemsOf(document)).toEqual([{ pointer: '/steps/2/after', detail: 'must be a list' }]);
  });

  test('for every reason at once, and for no reason twice', () => {
    const document = {
      ...saga(
        call('a', { timeout: 5, after: ['nope'] }),
        call('a', { action: { path: 'x' }, colour: 'red' }),
        bare('c', { when: '{% ) %}' }),
      ),
      deadline: 'soon',
      input: { type: 'text' },
    };
    const pointers = problemsOf(document).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual([
      '/deadline',
      '/input/type',
      '/steps/0/after/0',
      '/steps/0/timeout',
      '/steps/1/action/path',
      '/steps/1/colour',
      '/steps/1/name',
      '/steps/2/when',
    ]);
  });
});

test('business data adds no query to a computed path', async () => {
  const pathOf = (path: string): unknown =>
    (parsed(saga(call('a', { action: { path } }))).steps[0] as CallStep).action.path.evaluate(SCOPE);
  expect(() => pathOf("{% '/x/' & input.id %}")).toThrow('$encodeUrlComponent');
  await expect(pathOf("{% '/x/' & $encodeUrlComponent(input.id) %}")).resolves.toBe('/x/a%3Fb');
  expect(pathOf("{% '/x?id=' & input.sku %}")).toBe('/x?id=abc');
});

/** Steps with random `after` and kinds: some make a sound definition, some do not. */
const documents = fc
  .integer({ min: 1, max: 8 })
  .chain((n) => {
    const after = fc.uniqueArray(fc.nat(n - 1), { maxLength: 3 }).map((indexes) => indexes.map((i) => `s${i}`));
    const over = fc.oneof(
      fc.record(
        {
          after,
          kind: fc.constantFrom('pivot', 'retriable', 'compensatable'),
          compensation: fc.constantFrom('none', { path: '/undo' }),
        },
        { requiredKeys: [] },
      ),
      fc.record({ compensation: fc.constant('none') }),
    );
    return fc.array(over, { minLength: n, maxLength: n });
  })
  .map((overs) => saga(...overs.map((over, i) => bare(`s${i}`, over))));

test('a definition that is accepted can be carried out: it has an order, and whatever may run before the pivot can be undone', () => {
  let accepted = 0;
  fc.assert(
    fc.property(documents, (document) => {
      const result = parseDefinition(document);
      if ('problems' in result) return;
      accepted++;
      const { steps } = result.definition;
      const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
        !seen.has(from) && (seen.add(from), steps[from]?.after.some((k) => k === to || reaches(k, to, seen)) === true);
      for (const step of steps) {
        expect(reaches(step.index, step.index)).toBe(false);
        expect(step.followers).toEqual(steps.map((other) => other.index).filter((other) => reaches(other, step.index)));
        const pivots = steps.filter((other) => other.kind === 'pivot' && other !== step);
        const isAfterPivot = pivots.some((other) => reaches(step.index, other.index));
        if (step.kind === 'pivot') expect(isAfterPivot).toBe(false);
        if (step.kind === 'compensatable') expect(pivots.every((other) => reaches(other.index, step.index))).toBe(true);
        if (isAfterPivot) expect(step.kind).toBe('retriable');
      }
    }),
    { numRuns: 600 },
  );
  expect(accepted).toBeGreaterThan(30);
});

test('whatever a document is, it is read or refused, never thrown at', () => {
  const step = fc.dictionary(
    fc.constantFrom(
      'name',
      'action',
      'after',
      'kind',
      'sleep',
      'signal',
      'saga',
      'when',
      'retry',
      'compensation',
      'fallback',
    ),
    fc.oneof(fc.jsonValue(), fc.constantFrom('a', { path: '/x' }, ['a'], '{% steps.a %}')),
  );
  const shaped = fc.record(
    {
      name: fc.constantFrom('a', 1),
      steps: fc.oneof(fc.array(step), fc.jsonValue()),
      input: fc.jsonValue(),
      output: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), shaped), (document) => {
      const result = parseDefinition(document);
      expect('definition' in result || result.problems.length > 0).toBe(true);
    }),
    { numRuns: 400 },
  );
});

function problemsOf(document: unknown): Problem[] {
  const result = parseDefinition(document);
  return 'problems' in result ? result.problems : [];
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}
