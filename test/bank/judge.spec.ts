import type { EntryView } from '../../examples/bank/src/ledger/audit.controller.js';
import { type Evidence, judge } from './judge.js';

let ids = 0;

/** One movement of money, as a bank's books show it. */
function entry(kind: EntryView['kind'], saga: string, from: string, to: string, amount = '10.00'): EntryView {
  const postings = [
    { account: from, amount: `-${amount}` },
    { account: to, amount },
  ];
  return { id: String(++ids), sagaId: saga, kind, postings };
}

const DEBIT = entry('debit', 's1', 'ann', 'transit');
const SETTLEMENT = entry('settlement', 's1', 'transit', 'clearing');
const CREDIT = entry('credit', 's1', 'clearing', 'bob');
const REVERSED = [entry('debit', 's2', 'ann', 'transit', '5.00'), entry('reversal', 's2', 'transit', 'ann', '5.00')];

/** Ann, at north, pays Bob, at south, 10.00; another 5.00 that she sends to somebody unknown come back. */
const SOUND: Evidence = {
  promised: [
    { key: 'k1', saga: 's1', payer: 'north', payee: 'south', transfer: { from: 'ann', to: 'bob', amount: '10.00' } },
    { key: 'k2', payer: 'north', payee: 'south', transfer: { from: 'ann', to: 'nobody', amount: '5.00' } },
  ],
  sagas: [
    { id: 's1', status: 'completed', businessKey: 'k1' },
    { id: 's2', status: 'compensated', businessKey: 'k2' },
  ],
  entries: { north: [DEBIT, ...REVERSED, SETTLEMENT], south: [CREDIT] },
  books: {
    north: {
      customers: '40.00',
      own: { vault: '-50.00', transit: '0.00', clearing: '10.00' },
      total: '0.00',
      disagreements: 0,
    },
    south: {
      customers: '60.00',
      own: { vault: '-50.00', transit: '0.00', clearing: '-10.00' },
      total: '0.00',
      disagreements: 0,
    },
  },
  before: new Map([
    ['ann', '50.00'],
    ['bob', '50.00'],
  ]),
  after: new Map([
    ['ann', '40.00'],
    ['bob', '60.00'],
  ]),
};

const { north, south } = SOUND.books;

const CRIMES: readonly (readonly [crime: string, invariants: string, changed: Partial<Evidence>])[] = [
  ['a transfer that was acknowledged and is lost', 'I1,I1,I9,I9', { sagas: SOUND.sagas.slice(1) }],
  [
    'a transfer that became two sagas',
    'I1',
    { sagas: [...SOUND.sagas, { id: 's3', status: 'compensated', businessKey: 'k1' }] },
  ],
  [
    'a transfer that is another saga than was said',
    'I1',
    { promised: [{ ...SOUND.promised[0]!, saga: 's9' }, SOUND.promised[1]!] },
  ],
  [
    'a saga that nobody has started',
    'I1',
    { sagas: [...SOUND.sagas, { id: 's3', status: 'compensated', businessKey: null }] },
  ],
  [
    'entries of a saga that is not known',
    'I1',
    { entries: { north: SOUND.entries.north, south: [CREDIT, entry('credit', 's8', 'clearing', 'bob')] } },
  ],
  ['a saga without an end', 'I8,I9,I9', { sagas: [{ ...SOUND.sagas[0]!, status: 'running' }, SOUND.sagas[1]!] }],
  [
    'a debit that was done twice',
    'I6',
    { entries: { north: [...SOUND.entries.north, { ...DEBIT, id: '99' }], south: [CREDIT] } },
  ],
  ['a transfer that was never settled', 'I2', { entries: { north: [DEBIT, ...REVERSED], south: [CREDIT] } }],
  ['a credit at the wrong bank', 'I2', { entries: { north: [...SOUND.entries.north, CREDIT], south: [] } }],
  ['a debit that was not undone', 'I2', { entries: { north: [DEBIT, REVERSED[0]!, SETTLEMENT], south: [CREDIT] } }],
  [
    'a credit of another amount',
    'I2',
    { entries: { north: SOUND.entries.north, south: [entry('credit', 's1', 'clearing', 'bob', '10.01')] } },
  ],
  [
    'a transfer that was undone and credited',
    'I2',
    { entries: { north: SOUND.entries.north, south: [CREDIT, entry('credit', 's2', 'clearing', 'bob', '5.00')] } },
  ],
  ['money in transit', 'I9', { books: { north: { ...north, own: { ...north.own, transit: '5.00' } }, south } }],
  ['books that do not add up', 'I9', { books: { north: { ...north, total: '0.01' }, south } }],
  ['a balance that its postings do not explain', 'I9', { books: { north: { ...north, disagreements: 1 }, south } }],
  [
    'a debt that the other bank knows nothing of',
    'I9',
    { books: { north, south: { ...south, own: { ...south.own, clearing: '0.00' } } } },
  ],
  [
    'a cent too much',
    'I9,I9',
    {
      after: new Map([
        ['ann', '40.00'],
        ['bob', '60.01'],
      ]),
    },
  ],
  [
    'money at the wrong customer',
    'I9,I9',
    {
      after: new Map([
        ['ann', '60.00'],
        ['bob', '40.00'],
      ]),
    },
  ],
];

describe('the judge of transfers', () => {
  it('finds nothing where all is well', () => {
    expect(judge(SOUND)).toEqual([]);
  });

  it.each(CRIMES)('finds %s (%s)', (_, invariants, changed) => {
    const found = judge({ ...SOUND, ...changed }).map(({ invariant }) => invariant);
    expect(found.sort().join()).toBe(invariants);
  });
});
