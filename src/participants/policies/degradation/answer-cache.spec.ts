import fc from 'fast-check';
import { AnswerCache, type Question } from './answer-cache.js';

const ASKED: Question = { participant: { name: 'stock' }, method: 'POST', path: '/items', body: '{"sku":1}' };

describe('the answers that a process remembers', () => {
  it('are given again with their age, until they are too old for who asks', () => {
    const cache = new AnswerCache();
    cache.remember(ASKED, { left: 3 }, 1_000);
    expect(cache.get(ASKED, 500, 1_500)).toEqual({ output: { left: 3 }, ageMs: 500 });
    expect(cache.get(ASKED, 500, 1_501)).toBeNull();
    expect(cache.get(ASKED, 60_000, 1_501)).toEqual({ output: { left: 3 }, ageMs: 501 });
  });

  it('are replaced by later ones, and can not be changed by who was given them', () => {
    const cache = new AnswerCache();
    const output = { left: [3] };
    cache.remember(ASKED, output, 0);
    output.left.push(4);
    (cache.get(ASKED, 1, 0)?.output as typeof output).left.push(5);
    expect(cache.get(ASKED, 1, 0)?.output).toEqual({ left: [3] });
    cache.remember(ASKED, null, 10);
    expect(cache.get(ASKED, 1, 10)).toEqual({ output: null, ageMs: 0 });
  });

  it.each<[string, Partial<Question>]>([
    ['participant', { participant: { name: 'stocks' } }],
    ['method', { method: 'PUT' }],
    ['path', { path: '/items/' }],
    ['body', { body: '{"sku":2}' }],
    ['split of the same text', { path: '/items{"sku":1}', body: '' }],
  ])('belong to one %s', (_, other) => {
    const cache = new AnswerCache();
    cache.remember(ASKED, 1, 0);
    expect(cache.get({ ...ASKED, ...other }, 1, 0)).toBeNull();
  });

  it('do not depend on a body that is not sent', () => {
    const cache = new AnswerCache();
    cache.remember({ ...ASKED, method: 'GET' }, 1, 0);
    expect(cache.get({ ...ASKED, method: 'GET', body: 'another' }, 1, 0)?.output).toBe(1);
  });

  it('are those used last, within both bounds, as in a plain list', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 6 }),
      characters: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 0, max: 60 }) },
        { weight: 1, arbitrary: fc.constant(2_000) },
      ),
      asks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
        const cache = new AnswerCache({ entries: 4, bytes: 1_200 });
        let list: { key: number; output: string }[] = [];
        const bytes = () => list.reduce((sum, { output }) => sum + 256 + 2 * (output.length + 2), 0);
        for (const { key, characters, asks } of steps) {
          const question = { ...ASKED, path: `/${key}` };
          const known = list.find((item) => item.key === key);
          if (asks) {
            expect(cache.get(question, 1, 0)?.output).toBe(known?.output);
            if (known) list = [...list.filter((item) => item !== known), known];
          } else {
            cache.remember(question, 'x'.repeat(characters), 0);
            list = [...list.filter((item) => item !== known), { key, output: 'x'.repeat(characters) }];
            if (characters === 2_000) list.pop();
            while (list.length > 4 || bytes() > 1_200) list.shift();
          }
          expect(cache.size).toEqual({ entries: list.length, bytes: bytes() });
        }
      }),
    );
  });
});
