import type { Statement } from './database.js';
import { concurrency, idempotency, written, writtenBehindKeys } from './flush-keys.js';
import { audited } from './flush-audit.js';
import type { Flush, Part } from './flush-part.js';
import { changed, freed, started, woken } from './flush-rows.js';
import type { Pending, PendingAppend } from './pending.js';
import { published } from './webhooks/published.js';

const texts = new Map<string, string>();

/** The statement for this flush, and its parameters. One text per combination of parts. */
export function flushStatement(flush: Flush): Statement & { readonly values: string[] } {
  const parts = partsOf(flush);
  const columns = parts.map((part) => part.values(flush));
  const name = `flush-${parts.map((part) => part.letter).join('')}`;
  let text = texts.get(name);
  if (text === undefined) texts.set(name, (text = compose(parts, columns)));
  return { name, text, values: columns.flat() };
}

/** What a flush holds, sorted out. */
export function flushOf(entries: readonly Pending[], lease: number): Flush {
  const sorted = [...entries].sort((a, b) => (a.sagaId < b.sagaId ? -1 : a.sagaId > b.sagaId ? 1 : a.seq - b.seq));
  return {
    entries: sorted,
    starts: sorted.filter((e) => e.kind === 'start'),
    changes: sorted.filter((e): e is PendingAppend => e.kind === 'append' && e.append.row !== undefined),
    lease,
  };
}

function partsOf({ entries, starts, changes }: Flush): Part[] {
  const parts: Part[] = [];
  const limited = starts.some((s) => s.start.fact.concurrencyKey !== undefined);
  if (limited || starts.some((s) => s.start.idempotency)) parts.push(idempotency);
  if (limited) parts.push(concurrency);
  parts.push(parts.length > 0 ? writtenBehindKeys(limited) : written);
  parts.push(published);
  if (starts.length > 0) parts.push(started);
  if (changes.length > 0) parts.push(changed);
  if (entries.some((e) => e.kind === 'append' && e.append.wake?.length)) parts.push(woken);
  if (entries.some((e) => e.kind === 'append' && e.append.freeConcurrencyKey !== undefined)) parts.push(freed);
  if (entries.some((e) => e.kind === 'append' && e.append.audit)) {
    const locking = [changed, woken, freed].filter((part) => parts.includes(part));
    parts.push(audited(locking.map(({ name }) => name)));
  }
  return parts;
}

/**
 * The answer is one row: the database's clock, the ids that were written (NULL: all of them), and those whose saga
 * had been parked.
 */
function compose(parts: readonly Part[], columns: readonly (readonly string[])[]): string {
  let used = 0;
  const ctes: string[] = [];
  const checks: string[] = [];
  let count = '0';
  parts.forEach((part, i) => {
    const first = used + 1;
    used += columns[i]?.length ?? 0;
    const p = (n: number): string => `$${first + n}`;
    ctes.push(part.sql(p));
    if (part.check) checks.push(part.check(p));
    if (part.letter === '') count = `cardinality(${p(2)}::bigint[])`;
  });
  const hasChanges = parts.some((part) => part.letter === 'r');
  return `with ${ctes.join(',\n')}
select (extract(epoch from date_trunc('milliseconds', now())) * 1000)::float8,
  case when (select count(*) from written) <> ${count} then (select coalesce(array_agg(append_id), '{}') from written)::text end,
  ${hasChanges ? '(select array_agg(append_id) from changed where was_parked)::text' : 'null::text'}
  ${checks.map((check) => `, ${check}`).join('')}`;
}
