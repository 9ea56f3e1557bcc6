import fc from 'fast-check';
import { parseDefinition } from '../../../src/saga/definition-parser.js';
import { parsed } from '../../../test/saga/documents.js';
import type { Duration } from '../duration.js';
import { definition } from './built-saga.js';
import { expr, path } from './expression.js';
import { isDefinitionError } from './problem.js';
import type { ForwardBuilder, SagaBuilder } from './saga-builder.js';
import { saga } from './saga.js';

const undoable = { participant: 'p', action: { path: '/do' }, compensation: 'none' } as const;
const call = { participant: 'p', action: { path: '/do' } } as const;
const base = saga('s');

const target = { path: '/do' };
test.each<[said: string, builder: { build(): { toJSON(): unknown } }, steps: unknown[]]>([
  [
    'a chain',
    base
      .step('a', undoable)
      .pivot('b', { ...call, compensation: target })
      .retriable('c', call),
    [
      { name: 'a', ...undoable },
      { name: 'b', kind: 'pivot', ...call, compensation: target },
      { name: 'c', kind: 'retriable', ...call },
    ],
  ],
  [
    'branches, and what comes after them',
    base
      .sleep('start', '1s')
      .parallel(
        (branch) => branch.sleep('a1', '1s').sleep('a2', '1s'),
        (branch) => branch.sleep('b', '1s'),
        (branch) => branch,
      )
      .sleep('end', '1s'),
    [
      { name: 'start', sleep: '1s' },
      { name: 'a1', sleep: '1s' },
      { name: 'a2', sleep: '1s' },
      { name: 'b', after: ['start'], sleep: '1s' },
      { name: 'end', after: ['a2', 'b'], sleep: '1s' },
    ],
  ],
  [
    'branches from the start, one in another',
    base
      .parallel(
        (branch) => branch.sleep('a', 1),
        (branch) =>
          branch.parallel(
            (inner) => inner.sleep('b', 1),
            (inner) => inner.sleep('c', 1),
          ),
      )
      .sleep('end', 1),
    [
      { name: 'a', sleep: '1ms' },
      { name: 'b', after: [], sleep: '1ms' },
      { name: 'c', after: [], sleep: '1ms' },
      { name: 'end', after: ['a', 'b', 'c'], sleep: '1ms' },
    ],
  ],
  [
    'an order of its own',
    base
      .step('a', { ...undoable, after: [] })
      .step('b', { ...undoable, after: [] })
      .step('c', { ...undoable, after: ['a', 'b'] }),
    [
      { name: 'a', after: [], ...undoable },
      { name: 'b', after: [], ...undoable },
      { name: 'c', after: ['a', 'b'], ...undoable },
    ],
  ],
  [
    'what may fail or be left out',
    base
      .step('a', { ...undoable, optional: true, when: true, fallback: { strategy: 'skip' } })
      .signal('b', 'go', { optional: true, timeout: 90_000, when: ({ saga }) => saga.name })
      .sleep('c', '1h', { when: '{% input.slow %}', optional: false })
      .step('d', { ...undoable, fallback: { strategy: 'cache_only', ttl: 300_000 } }),
    [
      { name: 'a', ...undoable, optional: true, when: true, fallback: { strategy: 'skip' } },
      { name: 'b', signal: 'go', optional: true, timeout: '90s', when: '{% saga.name %}' },
      { name: 'c', sleep: '1h', when: '{% input.slow %}', optional: false },
      { name: 'd', ...undoable, fallback: { strategy: 'cache_only', ttl: '5m' } },
    ],
  ],
  [
    'children',
    base
      .child('a', 'other')
      .child('b', base.sleep('x', 1).build(), {
        version: 3,
        kind: 'pivot',
        input: ({ input }) => [input, expr('1 + 1')],
      })
      .child('c', 'other', { kind: 'retriable', when: false, input: { fixed: true } }),
    [
      { name: 'a', saga: 'other' },
      { name: 'b', saga: 's', version: 3, kind: 'pivot', input: ['{% input %}', '{% 1 + 1 %}'] },
      { name: 'c', saga: 'other', kind: 'retriable', when: false, input: { fixed: true } },
    ],
  ],
  [
    'targets',
    base.step('a', {
      participant: 'p',
      action: { method: 'PUT', path: ({ input }) => path`/x/${input.id}/y`, body: { raw: '{% input.a %}' } },
      compensation: { method: 'DELETE', path: ({ steps }) => expr`'/x/' & ${steps.a.output.id}`, body: () => null },
      callbackTimeout: '7d',
      retry: { maxAttempts: 'unlimited', jitter: 'none' },
    }),
    [
      {
        name: 'a',
        participant: 'p',
        action: {
          method: 'PUT',
          path: expect.stringMatching(/^\{% "\/x\/" & .*\$encodeUrlComponent.* & "\/y" %\}$/) as string,
          body: { raw: '{% input.a %}' },
        },
        compensation: { method: 'DELETE', path: "{% '/x/' & steps.a.output.id %}", body: null },
        callbackTimeout: '7d',
        retry: { maxAttempts: 'unlimited', jitter: 'none' },
      },
    ],
  ],
])('%s', (_, builder, steps) => {
  const json = builder.build().toJSON();
  expect(json).toEqual({ name: 's', steps });
  parsed(json);
});

test('a step may have something to hide', () => {
  const pay = {
    participant: 'payment',
    action: { path: '/charges' },
    compensation: 'none',
    sensitive: ['/token'],
  } as const;
  const json = saga('s')
    .step('pay', pay)
    .signal('consent', 'consented', { sensitive: ['/name'] })
    .build()
    .toJSON();
  expect(json.steps.map(({ sensitive }) => sensitive)).toEqual([['/token'], ['/name']]);
  expect(parseDefinition(json)).toMatchObject({
    definition: { steps: [{ sensitive: ['/token'] }, { sensitive: ['/name'] }] },
  });
});

test('what holds for the whole saga is said with its name', () => {
  const options = { description: 'x', deadline: 3_600_000, sensitive: ['/input/card'], input: true } as const;
  const json = saga('s', options).sleep('a', 1).output({ all: '{% steps.a.status %}' }).build().toJSON();
  expect(json).toEqual({
    ...options,
    name: 's',
    deadline: '1h',
    steps: [{ name: 'a', sleep: '1ms' }],
    output: { all: '{% steps.a.status %}' },
  });
  parsed(json);
});

test('a builder is never changed, so one may go on in two ways', () => {
  const start = base.step('a', undoable);
  const one = start.step('b', undoable).build();
  const other = start.step('c', undoable).build();
  expect([one, other].map(namesOf)).toEqual([
    ['a', 'b'],
    ['a', 'c'],
  ]);
  const json = one.toJSON() as unknown as { name: string };
  json.name = 'changed';
  expect(one.toJSON().name).toBe('s');
});

test('everything that is wrong is told at once', () => {
  const slow = 'soon' as Duration;
  const build = () =>
    saga('Order', { deadline: slow, input: { default: new Date() } })
      .step('1st', { ...undoable, timeout: -1, retry: { maxInterval: slow } })
      .parallel(
        (branch) => branch.sleep('a', '1s'),
        (branch) => branch.sleep('a', '1s', { after: ['nope' as '1st'] }),
      )
      .step('b', {
        ...call,
        action: { path: '/b', body: ({ input }) => ({ n: [String(input)] }) },
        compensation: 'none',
      })
      .output(() => ({ at: new Map() as never }))
      .build();
  expect(problemsOf(build).map(({ pointer }) => pointer)).toEqual([
    '/name',
    '/input/default',
    '/deadline',
    '/steps/0/name',
    '/steps/0/timeout',
    '/steps/0/retry/maxInterval',
    '/steps/2/name',
    '/steps/2/after/0',
    '/steps/3/action/body',
    '/output/at',
  ]);
  expect(problemsOf(() => base.build())).toEqual([{ pointer: '/steps', detail: 'a saga needs a step' }]);
});

test('what runs beside a step, after it, or not at all is not read by it, even where types can not tell', () => {
  const reads = (name: string) => ({ participant: 'p', compensation: 'none', action: reading(name) }) as const;
  const reading = (name: string) => ({ path: '/do', body: ({ steps }: { steps: object }) => steps[name as never] });
  const builder = base
    .parallel(
      (branch) => branch.sleep('left', '1s'),
      (branch) => branch.step('right', reads('left')),
    )
    .step('alone', { ...reads('left'), after: ['right'] })
    .step('early', reads('late'))
    .step('late', reads('late'));
  expect(problemsOf(() => builder.build())).toEqual(
    ['left', 'left', 'late', 'late'].map((name, i) => ({
      pointer: `/steps/${i + 1}/action/body`,
      detail: `no step called ${name} is sure to be done by then: let this step run after it`,
    })),
  );
});

test('a field that is not known is left to the server, which refuses it by name', () => {
  const slip = { ...undoable, timout: '5s' };
  expect(parseDefinition(base.step('a', slip).build().toJSON())).toMatchObject({
    problems: [{ pointer: '/steps/0/timout', detail: expect.stringContaining('did you mean timeout?') as string }],
  });
});

test('a branch that does not go on from its own builder is a mistake', () => {
  const other = base.sleep('x', 1);
  expect(() =>
    base.parallel(
      (branch) => branch.sleep('a', 1),
      () => other,
    ),
  ).toThrow('a branch goes on from');
});

test.each<[unknown, string[]]>([
  [null, ['']],
  [[], ['']],
  [{}, ['/name', '/steps']],
  [{ name: 1, steps: 'x' }, ['/name', '/steps']],
  [{ name: 'a', steps: [1, {}, { name: 'a' }] }, ['/steps/0', '/steps/1/name']],
  [{ name: 'a', steps: [{ name: 'a', sleep: NaN }] }, ['/steps/0/sleep']],
])('%j is not read back as a definition', (document, pointers) => {
  expect(problemsOf(() => definition(document)).map(({ pointer }) => pointer)).toEqual(pointers);
});

/** What a test says about a saga: its steps in order, and branches of such. */
type Said =
  { readonly type: 'call' | 'sleep' | 'signal' | 'child' } | { readonly branches: readonly (readonly Said[])[] };

const { said } = fc.letrec<{ said: Said }>((tie) => ({
  said: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constantFrom('call', 'sleep', 'signal', 'child') }),
    fc.record({ branches: fc.array(fc.array(tie('said'), { maxLength: 3 }), { minLength: 1, maxLength: 3 }) }),
  ),
}));

test('whatever is built is taken by the server, and runs in the order in which it was said', () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 4 }), fc.array(said, { maxLength: 3 }), (before, after) => {
      let count = 0;
      /** By step: the steps that are done before it, as it was said. */
      const expected = new Map<string, ReadonlySet<string>>();
      type Any = SagaBuilder<unknown, object> & ForwardBuilder<unknown, object>;

      const add = (builder: Any, parts: readonly Said[], earlier: Set<string>, past: boolean): Any =>
        parts.reduce((builder, part) => {
          if ('branches' in part) {
            const ends = part.branches.map(() => new Set(earlier));
            const joined = builder.parallel(
              ...part.branches.map((branch, i) => (inner: unknown) => add(inner as Any, branch, ends[i]!, past)),
            );
            ends.forEach((end) => end.forEach((name) => earlier.add(name)));
            return joined as unknown as Any;
          }
          const name = `s${++count}`;
          expected.set(name, new Set(earlier));
          // It reads all that it may, which the server refuses where it is not sure to be done.
          const seen = [...earlier];
          const body = ({ steps }: { steps: object }) => seen.map((other) => steps[other as never]['output']);
          earlier.add(name);
          const options = { participant: 'p', action: { path: '/do', body } };
          switch (part.type) {
            case 'call':
              return (past
                ? builder.retriable(name, options as never)
                : builder.step(name, { ...options, compensation: { path: '/u', body } })) as unknown as Any;
            case 'sleep':
              return builder.sleep(name, '1s') as unknown as Any;
            case 'signal':
              return builder.signal(name, 'go') as unknown as Any;
            case 'child':
              return builder.child(name, 'other', { input: body as never }) as unknown as Any;
          }
        }, builder);

      const done = new Set<string>();
      const start = add(base as unknown as Any, before, done, false);
      expected.set('pivot', new Set(done));
      done.add('pivot');
      const { steps } = parsed(
        add(start.pivot('pivot', call) as unknown as Any, after, done, true)
          .build()
          .toJSON(),
      );

      expect(steps.map((step) => step.name).sort()).toEqual([...expected.keys()].sort());
      for (const step of steps) {
        const earlier = steps.filter((other) => other.followers.includes(step.index)).map((other) => other.name);
        expect(earlier.sort()).toEqual([...(expected.get(step.name) ?? [])].sort());
        const past = expected.get(step.name)?.has('pivot');
        expect(step.kind).toBe(step.name === 'pivot' ? 'pivot' : past ? 'retriable' : 'compensatable');
      }
    }),
    { numRuns: 100 },
  );
});

function problemsOf(build: () => unknown): readonly { readonly pointer: string; readonly detail: string }[] {
  try {
    build();
  } catch (error) {
    if (isDefinitionError(error)) return error.problems;
    throw error;
  }
  return [];
}

function namesOf(built: { toJSON(): { readonly steps: readonly { readonly name: string }[] } }): string[] {
  return built.toJSON().steps.map((step) => step.name);
}
