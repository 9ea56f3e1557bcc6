import type { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import type { BuiltSaga } from './built-saga.js';
import type { Json } from '../json.js';
import type { Mapped } from './mapping.js';
import { expr, path } from './expression.js';
import { saga } from './saga.js';
import { typed } from '../standard-schema.js';

/*
 * Promises of the types. The compiler checks them: a line under `@ts-expect-error` that is accepted is an error, too.
 */

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- only so does the compiler compare without converting
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes the values, too, so that they are used. */
const same = <A, B>(_same: Same<A, B>, _value?: unknown): void => undefined;
type InputOf<S> = S extends BuiltSaga<infer Input> ? Input : never;
type OutputOf<S> = S extends BuiltSaga<infer _, infer Output> ? Output : never;

interface Order {
  readonly sku: string;
  readonly qty: number;
  readonly gift?: boolean;
  readonly lines: readonly { readonly price: number }[];
  readonly address: { readonly city: string } | null;
}

declare const arktype: typeof type;

const undoable = { participant: 'p', action: { path: '/do' }, compensation: 'none' } as const;
const call = { participant: 'p', action: { path: '/do' } } as const;
const order = () => saga<Order>('order');
const reserved = () =>
  order().step('reserve', {
    participant: 'inventory',
    action: { path: '/reservations', output: typed<{ id: string; tags?: string[] }>() },
    compensation: 'none',
  });

test('a step that can be undone says how', () => {
  order().step('a', undoable);
  // @ts-expect-error a compensation is missing
  order().step('a', call);
  // @ts-expect-error as long as no pivot is done, this may have to be undone
  order().retriable('a', call);
  order().pivot('p', call).retriable('a', call);
  expect(() => order().step('a', undoable).build()).not.toThrow();
});

test('past a pivot there is nothing but to go on', () => {
  const past = order().pivot('p', call);
  // @ts-expect-error nothing is undone any more
  void past.step;
  // @ts-expect-error there is no second point of no return
  void past.pivot;
  // @ts-expect-error nor may a child be one
  past.child('c', 'other', { kind: 'pivot' });
  past.sleep('wait', '1s').signal('go', 'go').child('c', 'other').retriable('a', call);
  const child = order().child('c', 'other', { kind: 'pivot' });
  // @ts-expect-error the child was the pivot
  void child.step;
  const joined = order().parallel((branch) => branch.pivot('p', call));
  // @ts-expect-error a branch has passed a pivot
  void joined.step;
  void order().parallel((branch) => branch.step('a', undoable)).step;
});

test('a pivot happens: it is not left out, and nothing stands in for it', () => {
  // @ts-expect-error it must not fail unnoticed
  order().pivot('p', { ...call, optional: true });
  // @ts-expect-error it must not be left out
  order().pivot('p', { ...call, when: false });
  // @ts-expect-error nothing can stand in for it
  order().pivot('p', { ...call, fallback: { strategy: 'skip' } });
  order().pivot('p', { ...call, compensation: { path: '/undo' } });
});

test('names are not given twice, and are known where they are asked for', () => {
  // @ts-expect-error a step above is called a, too
  order().step('a', undoable).step('a', undoable);
  // @ts-expect-error a step above is called a, too
  order().step('a', undoable).sleep('a', '1s');
  const one = order().step('a', undoable);
  one.step('b', { ...undoable, after: ['a'] });
  // @ts-expect-error there is no such step above
  one.step('b', { ...undoable, after: ['c'] });
  const dynamic: string = 'x';
  order().step(dynamic, undoable).step(dynamic, undoable);
});

test('unknown fields and malformed durations are refused', () => {
  // @ts-expect-error a slip of the pen
  order().step('a', { ...undoable, timout: '5s' });
  // @ts-expect-error a slip, where it is written out
  order().step('a', { participant: 'p', action: { path: '/do' }, compensatoin: 'none', compensation: 'none' });
  // @ts-expect-error the unit is missing
  order().sleep('a', '5');
  // @ts-expect-error no such method
  order().step('a', { participant: 'p', action: { path: '/do', method: 'post' }, compensation: 'none' });
});

test('a mapping reads what is there by then', () => {
  reserved().step('b', {
    participant: 'p',
    action: {
      path: '/b',
      body: ({ input, steps }) => ({ sku: input.sku, id: steps.reserve.output.id, city: input.address.city }),
    },
    compensation: 'none',
  });
  reserved().step('b', {
    participant: 'p',
    // @ts-expect-error the input has no such field
    action: { path: '/b', body: ({ input }) => input.skuu },
    compensation: 'none',
  });
  reserved().step('b', {
    participant: 'p',
    // @ts-expect-error the answer has no such field
    action: { path: '/b', body: ({ steps }) => steps.reserve.output.idd },
    compensation: 'none',
  });
  reserved().step('b', {
    participant: 'p',
    // @ts-expect-error there is no such step
    action: { path: '/b', body: ({ steps }) => steps.later.output },
    compensation: 'none',
  });
  reserved().step('b', {
    participant: 'p',
    // @ts-expect-error an action doesn't see its own answer
    action: { path: '/b', body: ({ steps }) => steps.b.output },
    compensation: 'none',
  });
  reserved().parallel(
    (branch) => branch.step('left', undoable),
    (branch) =>
      branch.step('right', {
        participant: 'p',
        // @ts-expect-error nobody knows whether the branch beside it is done
        action: { path: '/b', body: ({ steps }) => steps.left.output },
        compensation: 'none',
      }),
  );
});

test('a compensation reads the answer of its own action, which may never have been heard', () => {
  order().step('reserve', {
    participant: 'p',
    action: { path: '/b', output: typed<{ id: string }>(), body: ({ input }) => input.sku },
    compensation: { path: ({ steps }) => path`/b/${steps.reserve.output.id}`, body: ({ input }) => input.sku },
  });
  order().step('reserve', {
    participant: 'p',
    action: { path: '/b', output: typed<{ id: string }>() },
    // @ts-expect-error the answer may be missing, so its id may be
    compensation: { path: ({ steps }) => steps.reserve.output.id },
  });
});

test('what a mapping reads is not computed with', () => {
  reserved().output(({ input }) => {
    // @ts-expect-error it is no number yet
    const half = () => input.qty / 2;
    // @ts-expect-error nor has it methods
    const upper = () => input.sku.toUpperCase();
    // @ts-expect-error it equals nothing
    const isOne = () => input.qty === 1;
    return { ok: expr<number>`${input.qty} + 1`, never: [half, upper, isOne].length };
  });
});

test('the output has the type of what is read', () => {
  const built = reserved()
    .step('wrap', { ...undoable, action: { path: '/w', output: typed<{ paper: string }>() }, optional: true })
    .step('card', { ...undoable, action: { path: '/c', output: typed<1>() }, when: ({ input }) => input.gift })
    .step('tip', { ...undoable, action: { path: '/t', output: typed<2>() }, fallback: { strategy: 'skip' } })
    .step('rate', {
      ...undoable,
      action: { path: '/r', output: typed<{ stars: number }>() },
      fallback: { strategy: 'static_response', response: { stars: 3 } },
    })
    .signal('approval', 'approved', { output: typed<{ by: string }>() })
    .output(({ input, steps, saga }) => ({
      id: saga.id,
      reservation: steps.reserve.output.id,
      tags: steps.reserve.output.tags,
      firstPrice: input.lines[0]?.price,
      paper: steps.wrap.output.paper,
      card: steps.card.output,
      tip: steps.tip.output,
      stars: steps.rate.output.stars,
      by: steps.approval.output.by,
      total: expr<number>`$sum(${input.lines})`,
      any: expr('1'),
      list: [input.sku, 'constant'],
    }))
    .build();
  same<InputOf<typeof built>, Order>(true);
  same<
    OutputOf<typeof built>,
    {
      readonly id: string;
      readonly reservation: string;
      readonly tags: string[] | null;
      readonly firstPrice: number | null;
      readonly paper: string | null;
      readonly card: 1 | null;
      readonly tip: 2 | null;
      readonly stars: number;
      readonly by: string;
      readonly total: number;
      readonly any: unknown;
      readonly list: readonly [string, 'constant'];
    }
  >(true);
  const json = JSON.parse('1') as Json;
  const mapped = (value: Mapped): Mapped => value;
  const unknowns = reserved().output(({ input }) => ({ json, one: mapped(input.sku) }));
  same<OutputOf<ReturnType<typeof unknowns.build>>, { readonly json: Json; readonly one: Json }>(true, unknowns);
  expect(built.name).toBe('order');
});

test('what stands in for an answer has the type of the answer', () => {
  const action = { path: '/r', output: typed<{ stars: number }>() };
  const response = { stars: 'many' };
  // @ts-expect-error stars are counted
  order().step('a', { ...undoable, action, fallback: { strategy: 'static_response', response } });
  order().step('a', { ...undoable, fallback: { strategy: 'static_response', response } });
  order().step('a', { ...undoable, fallback: { strategy: 'cache_only' } });
  order().step('a', { ...undoable, fallback: { strategy: 'cache_only', ttl: '5m' } });
  // @ts-expect-error only a remembered answer has an age
  order().step('a', { ...undoable, fallback: { strategy: 'skip', ttl: '5m' } });
  // @ts-expect-error a static response is missing
  order().step('a', { ...undoable, fallback: { strategy: 'static_response' } });
});

test('a child is given what it is started with', () => {
  const child = saga<{ order: string; fast?: boolean }>('ship')
    .step('a', undoable)
    .output(() => ({ ok: true }))
    .build();
  const parent = order()
    .child('shipping', child, { input: ({ saga, input }) => ({ order: saga.id, fast: input.gift }) })
    .output(({ steps }) => steps.shipping.output.ok)
    .build();
  same<OutputOf<typeof parent>, true>(true, parent);
  // @ts-expect-error a number is no order
  order().child('shipping', child, { input: ({ input }) => ({ order: input.qty }) });
  // @ts-expect-error an order is missing
  order().child('shipping', child, { input: () => ({ fast: true }) });
  order().child('shipping', 'ship', { input: ({ input }) => ({ whatever: input.qty }) });
});

test('a schema tells the type of the input, as it is sent', () => {
  const ofZod = saga('a', { input: z.object({ sku: z.string(), qty: z.int().default(1) }) })
    .step('s', undoable)
    .build();
  same<InputOf<typeof ofZod>, { sku: string; qty?: number | undefined }>(true, ofZod);
  const ofValibot = saga('a')
    .input(v.object({ sku: v.string(), note: v.optional(v.string()) }))
    .step('s', undoable)
    .build();
  same<InputOf<typeof ofValibot>, { sku: string; note?: string | undefined }>(true, ofValibot);
  const ofArktype = () =>
    saga('a', { input: arktype({ sku: 'string', 'note?': 'string' }) })
      .step('s', undoable)
      .build();
  same<InputOf<ReturnType<typeof ofArktype>>, { sku: string; note?: string }>(true, ofArktype);
  const ofJson = saga('a')
    .input<{ sku: string }>({ type: 'object', required: ['sku'] })
    .step('s', undoable)
    .build();
  same<InputOf<typeof ofJson>, { sku: string }>(true, ofJson);
  const ofNothing = saga('a').step('s', undoable).build();
  same<InputOf<typeof ofNothing>, unknown>(true, ofNothing);
  saga('a')
    .step('s', { ...undoable, action: { path: '/s', output: z.object({ at: z.string() }) } })
    .output(({ steps }) => steps.s.output.at)
    .build() satisfies BuiltSaga<unknown, string>;
});

test('what is built fits whoever takes a saga by its types', () => {
  interface Startable<Input, Output> {
    readonly name: string;
    readonly version?: number;
    readonly '~types'?: { readonly input: Input; readonly output: Output };
  }
  const start = <Input, Output>(_: Startable<Input, Output>, _input: Input): Output | undefined => undefined;
  const built = reserved()
    .output(({ input }) => ({ sku: input.sku }))
    .build();
  const output = start(built, { sku: 'a', qty: 1, lines: [], address: null });
  same<typeof output, { readonly sku: string } | undefined>(true, output);
  // @ts-expect-error most of the order is missing
  start(built, { sku: 'a' });
});
