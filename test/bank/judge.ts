import { BANKS, type Bank } from '../../examples/bank/src/banks.js';
import { centsOf, euros } from '../../examples/bank/src/ledger/amount.js';
import type { BooksView, EntryView } from '../../examples/bank/src/ledger/audit.controller.js';
import { groupBy } from '../support/group-by.js';
import type { Wish } from './customers.js';

/** A transfer that Skald, or a bank, has said it would carry out. */
export interface Promised extends Wish {
  /** The saga's business key. */
  readonly key: string;
  /** What Skald acknowledged; absent where a bank did, which starts the saga itself. */
  readonly saga?: string;
}

/** What a run has left behind: what clients were told, what Skald says, and the banks' books. */
export interface Evidence {
  readonly promised: readonly Promised[];
  readonly sagas: readonly { readonly id: string; readonly status: string; readonly businessKey: string | null }[];
  readonly entries: Readonly<Record<Bank, readonly EntryView[]>>;
  readonly books: Readonly<Record<Bank, BooksView>>;
  /** Balances by account, before and after. */
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I6' | 'I8' | 'I9';
  readonly message: string;
}

/**
 * Everything that must not be, found from outside:
 *
 * - I1 every transfer that was acknowledged is one saga, and every other saga was started by somebody
 * - I2 a completed transfer has been carried out as a whole, any other has left the books as they were
 * - I6 nothing has been done twice
 * - I8 every saga has ended
 * - I9 no money has come from nowhere, or gone there: the banks' books add up, nothing is in transit, what one bank is owed
 *   another one owes, and everybody has what they had, less what they paid, plus what they got
 */
export function judge(evidence: Evidence): Violation[] {
  const { promised, sagas, entries, books } = evidence;
  const byKey = groupBy(sagas, ({ businessKey }) => businessKey ?? '');
  const keys = new Set(promised.map(({ key }) => key));
  return [
    ...promised.flatMap(({ key, saga }) => judgeStart(key, saga, byKey.get(key)?.map(({ id }) => id) ?? [])),
    ...sagas.flatMap(({ id, businessKey }) =>
      keys.has(businessKey ?? '') ? [] : [violation('I1', `saga ${id} was started by nobody (key ${businessKey})`)],
    ),
    ...sagas.flatMap(({ id, status }) =>
      hasEnded(status) ? [] : [violation('I8', `saga ${id} has not ended: it is ${status}`)],
    ),
    ...judgeEntries(evidence, byKey, entries),
    ...judgeBooks(books),
    ...judgeBalances(evidence, byKey),
  ];
}

export const hasEnded = (status: string): boolean => status === 'completed' || status === 'compensated';

type ByKey = ReadonlyMap<string, Evidence['sagas']>;

function judgeStart(key: string, saga: string | undefined, found: readonly string[]): Violation[] {
  if (found.length !== 1) return [violation('I1', `transfer ${key} is ${found.length} sagas: ${found.join(', ')}`)];
  if (saga !== undefined && saga !== found[0])
    return [violation('I1', `transfer ${key} is ${found[0]}, not ${saga} as acknowledged`)];
  return [];
}

function judgeEntries({ promised }: Evidence, byKey: ByKey, entries: Evidence['entries']): Violation[] {
  const written = groupBy(
    BANKS.flatMap((bank) => entries[bank].map((entry) => ({ bank, ...entry }))).filter(({ sagaId }) => sagaId !== null),
    ({ sagaId }) => sagaId!,
  );
  const violations: Violation[] = [];
  for (const wish of promised) {
    for (const { id, status } of byKey.get(wish.key) ?? []) {
      const lines = (written.get(id) ?? []).map(lineOf);
      written.delete(id);
      if (!hasEnded(status)) continue;
      if (new Set(lines).size < lines.length)
        violations.push(violation('I6', `saga ${id} has done twice: ${lines.join('; ')}`));
      else if (!isAsPromised(lines, status, wish))
        violations.push(violation('I2', `saga ${id} is ${status}, and has done: ${lines.join('; ') || 'nothing'}`));
    }
  }
  for (const saga of written.keys())
    violations.push(violation('I1', `saga ${saga} is in the books, but Skald doesn't know it`));
  return violations;
}

function isAsPromised(lines: readonly string[], status: string, { payer, payee, transfer }: Wish): boolean {
  const { from, to, amount } = transfer;
  const debit = `${payer} debit ${from} -${amount} transit ${amount}`;
  const reversal = `${payer} reversal transit -${amount} ${from} ${amount}`;
  const credit = `${payee} credit clearing -${amount} ${to} ${amount}`;
  const settlement = `${payer} settlement transit -${amount} clearing ${amount}`;
  const [found, whole, undone] = [lines, [debit, credit, settlement], [debit, reversal]].map((all) =>
    [...all].sort().join(),
  );
  return status === 'completed' ? found === whole : found === '' || found === undone;
}

function lineOf({ bank, kind, postings }: EntryView & { readonly bank: Bank }): string {
  return [bank, kind, ...postings.map(({ account, amount }) => `${account} ${amount}`)].join(' ');
}

function judgeBooks(books: Evidence['books']): Violation[] {
  const found = BANKS.flatMap((bank) => {
    const { total, own, disagreements } = books[bank];
    return [
      total !== '0.00' && `the books of ${bank} are out by ${total}`,
      own.transit !== '0.00' && `at ${bank}, ${own.transit} are still in transit`,
      disagreements > 0 && `at ${bank}, ${disagreements} balances are not what their postings say`,
    ];
  });
  const owed = BANKS.reduce((sum, bank) => sum + signedCents(books[bank].own.clearing), 0n);
  return [...found, owed !== 0n && `between the banks, ${euros(owed)} are owed to nobody`]
    .filter((message) => message !== false)
    .map((message) => violation('I9', message));
}

function judgeBalances({ promised, before, after }: Evidence, byKey: ByKey): Violation[] {
  const expected = new Map([...before].map(([account, balance]) => [account, signedCents(balance)]));
  const add = (account: string, cents: bigint) => expected.set(account, (expected.get(account) ?? 0n) + cents);
  for (const { key, transfer } of promised) {
    if (byKey.get(key)?.[0]?.status !== 'completed') continue;
    add(transfer.from, -centsOf(transfer.amount));
    add(transfer.to, centsOf(transfer.amount));
  }
  const wrong = [...expected].filter(([account, cents]) => after.get(account) !== euros(cents));
  const sums = [before, after].map((balances) =>
    [...balances.values()].reduce((sum, each) => sum + signedCents(each), 0n),
  );
  return [
    ...wrong.map(([account, cents]) =>
      violation('I9', `${account} has ${after.get(account) ?? 'no account'}, and should have ${euros(cents)}`),
    ),
    ...(sums[0] === sums[1]
      ? []
      : [violation('I9', `customers had ${euros(sums[0]!)} together, and have ${euros(sums[1]!)}`)]),
  ];
}

/** Of a sum, which may be zero or negative. */
function signedCents(sum: string): bigint {
  return BigInt(sum.replace('.', ''));
}

function violation(invariant: Violation['invariant'], message: string): Violation {
  return { invariant, message };
}
