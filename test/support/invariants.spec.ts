import { type Evidence, judge } from './invariants.js';
import type { Effect } from './participant-process.js';
import { planOf } from './plan.js';
import type { JournalEntry, SagaView } from './skald-api.js';

const ORDER = {
  name: 'order',
  steps: [
    { name: 'reserve', compensation: {} },
    { name: 'charge', compensation: {} },
    { name: 'ship', kind: 'pivot' },
  ],
};

/** Evidence of one saga from a line such as `reserve charge ~charge ~reserve` (`~`: compensated, `!`: nothing to undo). */
function evidence(status: string, ledger: string, more: Partial<Evidence> = {}): Evidence {
  const effects = ledger
    .split(' ')
    .filter(Boolean)
    .map((word, n) => {
      const outcome = { '~': 'undone', '!': 'nothing-to-undo' }[word[0]!] ?? 'applied';
      return { n, saga: 's1', step: word.replace(/^[~!]/, ''), outcome } as Effect;
    });
  return {
    starts: [{ key: 'k1', definition: 'order', saga: 's1' }],
    sagas: [{ id: 's1', definition: 'order', businessKey: 'k1', status, steps: [] as SagaView['steps'] } as SagaView],
    journals: new Map([['s1', journal(`saga-${status}`)]]),
    seenEnds: new Map(),
    ledger: { effects, calls: [] },
    plans: new Map([['order', planOf(ORDER)]]),
    ...more,
  };
}

function journal(...types: string[]): JournalEntry[] {
  return types.map((type, i) => ({ seq: i + 1, at: '', by: 'engine', facts: [{ type }] }));
}

const saga = (id: string, businessKey: string) =>
  ({ id, definition: 'order', businessKey, status: 'completed' }) as SagaView;

describe('the judge', () => {
  it.each([
    ['completed', 'reserve charge ship'],
    ['compensated', 'reserve charge ~charge ~reserve'],
    ['compensated', 'reserve !charge ~reserve'],
    ['compensated', ''],
  ])('lets a sound saga pass: %s with ledger "%s"', (status, ledger) => {
    expect(judge(evidence(status, ledger))).toEqual([]);
  });

  it.each([
    ['I2', 'completed', 'reserve charge', 'completed without ship'],
    ['I2', 'completed', 'reserve charge ship ~charge', 'completed, but charge was compensated'],
    ['I2', 'compensated', 'reserve charge ~charge', 'compensated, but reserve still stands'],
    ['I3', 'compensated', 'reserve !charge ~reserve charge', 'charge took effect after its compensation'],
    [
      'I4',
      'compensated',
      'reserve charge ~reserve ~charge',
      'reserve was compensated before charge, which ran after it',
    ],
    [
      'I5',
      'compensated',
      'reserve charge ship ~charge ~reserve',
      'the pivot ship stands, but charge, reserve was compensated',
    ],
    ['I6', 'completed', 'reserve charge charge ship', 'charge was applied 2 times'],
    ['I6', 'compensated', 'reserve ~reserve ~reserve', 'reserve was undone 2 times'],
    ['I8', 'running', 'reserve', 'is still running ()'],
  ])('finds a breach of %s: %s with ledger "%s"', (invariant, status, ledger, message) => {
    expect(judge(evidence(status, ledger))).toContainEqual({ invariant, saga: 's1', message });
  });

  it.each<[string, Partial<Evidence>]>([
    ['was acknowledged for key k1 and is lost', { sagas: [] }],
    ['were both started by key k1', { sagas: [saga('s1', 'k1'), saga('s2', 'k1')] }],
    ['was started by nobody (key k9)', { sagas: [saga('s1', 'k1'), saga('s9', 'k9')] }],
    ['has effects, but the API does not know it', { sagas: [] }],
    ['was seen compensated and is now completed', { seenEnds: new Map([['s1', 'compensated']]) }],
    [
      'is completed, but its journal says: completed, then compensated',
      { journals: new Map([['s1', journal('saga-completed', 'saga-compensated')]]) },
    ],
    ['was seen compensating and is now completed', { seenEnds: new Map([['s1', 'compensating']]) }],
    [
      'completed although its journal says that it had turned back',
      { journals: new Map([['s1', journal('turned-back', 'saga-completed')]]) },
    ],
    ['journal entry 1 has number 2', { journals: new Map([['s1', journal('a', 'saga-completed').slice(1)]]) }],
  ])('finds a saga that %s', (message, more) => {
    const found = judge(evidence('completed', 'reserve charge ship', more));
    expect(found.map((violation) => violation.message)).toContain(message);
  });

  it('expects no effects of a step that only waits, and sees the order through it', () => {
    const steps = [ORDER.steps[0]!, { name: 'nap', sleep: '1s' }, ORDER.steps[1]!];
    const plans = new Map([['order', planOf({ name: 'order', steps })]]);
    expect(judge(evidence('completed', 'reserve charge', { plans }))).toEqual([]);
    expect(judge(evidence('compensated', 'reserve charge ~reserve ~charge', { plans }))).toHaveLength(1);
  });

  it('knows that branches run beside one another', () => {
    const steps = ['a', 'b', 'c'].map((name) => ({ name, compensation: {}, after: name === 'c' ? ['a', 'b'] : [] }));
    const plans = new Map([['order', planOf({ name: 'order', steps })]]);
    expect(judge(evidence('compensated', 'b a c ~c ~b ~a', { plans }))).toEqual([]);
    expect(judge(evidence('compensated', 'b a c ~b ~c ~a', { plans }))).toHaveLength(1);
  });
});
