import type { Append } from './entry.js';
import type { Pending } from './pending.js';
import { takeFlush } from './take-flush.js';

let ids = 0;
const pending = (sagaId: string, seq: number, more: Partial<Append> = {}, facts = '[]'): Pending => ({
  ...{ kind: 'append', append: { sagaId, seq, by: 'x', facts: [], ...more }, sagaId, seq, by: 'x', facts },
  ...{ appendId: ids++, submittedAt: 0, patienceEnds: Infinity, notBefore: 0, sent: false, settled: false },
  ...{ resolve: () => {}, reject: () => {} },
});
const starting = (sagaId: string, concurrencyKey: string): Pending => {
  const fact = { type: 'saga-started', definition: 'd', version: 1, input: null, concurrencyKey } as const;
  const { append: _, ...rest } = pending(sagaId, 1) as Extract<Pending, { kind: 'append' }>;
  return { ...rest, kind: 'start', start: { sagaId, fact, by: 'x', rootId: sagaId, due: 'lease' }, resolve: () => {} };
};

describe('what the next flush carries', () => {
  const flushes = (queue: Pending[]): string[][] => {
    const all: string[][] = [];
    for (let rest = queue; rest.length > 0;) {
      const taken = takeFlush(rest, 0);
      all.push(taken.batch.map((e) => `${e.sagaId}${e.seq}`));
      rest = taken.rest;
    }
    return all;
  };

  it.each<[string, Pending[], string[][]]>([
    ['everything that does not meet', [pending('a', 2), pending('b', 2), starting('c', 'k')], [['a2', 'b2', 'c1']]],
    ['rivals for one number together', [pending('a', 2), pending('a', 2)], [['a2', 'a2']]],
    ['two numbers of one saga one after the other', [pending('a', 2), pending('a', 3)], [['a2'], ['a3']]],
    ['a wake-up before what comes later', [pending('a', 2, { wake: ['b'] }), pending('b', 2)], [['a2'], ['b2']]],
    ['a wake-up after what came first', [pending('b', 2), pending('a', 2, { wake: ['b'] })], [['b2'], ['a2']]],
    ['two wake-ups together', [pending('a', 2, { wake: ['c'] }), pending('b', 2, { wake: ['c'] })], [['a2', 'b2']]],
    [
      'a key before it is given again',
      [pending('a', 2, { freeConcurrencyKey: 'k' }), starting('b', 'k')],
      [['a2'], ['b1']],
    ],
    [
      'one start per concurrency key',
      [starting('a', 'k'), starting('b', 'k'), starting('c', 'l')],
      [['a1', 'c1'], ['b1']],
    ],
  ])('is %s', (_, queue, expected) => {
    expect(flushes(queue)).toEqual(expected);
  });

  it('is bounded in rows and in size, and never empty while something may go', () => {
    expect(flushes(Array.from({ length: 1_100 }, (_, i) => pending(`s${i}`, 1))).map((f) => f.length)).toEqual([
      512, 512, 76,
    ]);
    const large = (id: string) => pending(id, 1, {}, 'x'.repeat(5 * 1024 * 1024));
    expect(flushes([large('a'), large('b'), pending('c', 1)])).toEqual([['a1'], ['b1'], ['c1']]);
  });

  it('leaves out what steps aside for a locked row, and forgets what was given up', () => {
    const aside = { ...pending('a', 2), notBefore: 100 };
    const givenUp = { ...pending('b', 2), settled: true };
    expect(takeFlush([aside, givenUp, pending('c', 2)], 50)).toMatchObject({
      batch: [{ sagaId: 'c' }],
      rest: [{ sagaId: 'a' }],
    });
    expect(takeFlush([aside], 100).batch).toHaveLength(1);
  });
});
