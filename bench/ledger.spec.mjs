import fc from 'fast-check';
import { Ledger } from './ledger.mjs';
import { workloads } from './workloads.mjs';

const codes = { A: workloads.A.calls.map((c) => c.code), B: workloads.B.calls.map((c) => c.code) };

/** Plays pages letter by letter: a code is an arrival, a dot the answer to what came last. */
function ledgerOf(pages) {
  const ledger = new Ledger();
  for (const [saga, page] of Object.entries(pages)) {
    for (const mark of page) {
      if (mark === '.') ledger.answered(saga);
      else ledger.arrived(saga, mark);
    }
  }
  return ledger;
}

describe('the judgement of a run', () => {
  it('accepts sagas that made exactly their calls in their order', () => {
    const ledger = ledgerOf({ one: 'r.c.s.', two: 'r.c.x.C.R.' });
    expect(ledger.settle({ A: ['one'], B: ['two'] })).toEqual({ sagas: 2, calls: 8, problems: [] });
  });

  it.each([
    ['a call is missing', 'r.c.'],
    ['a call came twice', 'r.c.c.s.'],
    ['calls came in another order', 'c.r.s.'],
    ['a call began before the one before it was answered', 'rc..s.'],
    ['a call was never answered', 'r.c.s'],
    ['a step was undone though the saga completed', 'r.c.s.C.'],
    ['no call came at all', ''],
  ])('refuses a run in which %s', (_, page) => {
    expect(ledgerOf({ one: page }).settle({ A: ['one'] }).problems).toHaveLength(1);
  });

  it('refuses calls for a saga that nobody started', () => {
    expect(ledgerOf({ stray: 'r.c.s.' }).settle({ A: [] }).problems).toHaveLength(1);
  });

  it('refuses every sequence of calls but the right one', () => {
    const anyCalls = fc.array(fc.constantFrom(...new Set([...codes.A, ...codes.B])), { maxLength: 6 });
    fc.assert(
      fc.property(anyCalls, fc.constantFrom('A', 'B'), (seen, workload) => {
        const page = seen.map((code) => `${code}.`).join('');
        const { problems } = ledgerOf({ one: page }).settle({ [workload]: ['one'] });
        expect(problems.length === 0).toBe(seen.join() === codes[workload].join());
      }),
      { examples: [[codes.A, 'A'], [codes.B, 'B'], [codes.A, 'B']] }, // prettier-ignore
    );
  });

  it('names the sagas that are not over', () => {
    const ledger = ledgerOf({ over: 'r.c.s.', short: 'r.c.', twice: 'r.c.c.s.' });
    expect(ledger.unfinished()).toEqual(['saga short made the calls "r.c."', 'saga twice made the calls "r.c.c.s."']);
  });

  it('tells the last call of a saga from the ones before it', () => {
    const ledger = new Ledger();
    const lasts = codes.B.map((code) => {
      ledger.arrived('one', code);
      return ledger.answered('one');
    });
    expect(lasts).toEqual([false, false, false, false, true]);
  });
});
