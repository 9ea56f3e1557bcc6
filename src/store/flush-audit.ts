import { arrayLiteral, quoted } from './array-literal.js';
import type { AuditRecord } from './audit.js';
import type { Part } from './flush-part.js';
import type { PendingAppend } from './pending.js';
import { storableJson } from './storable-json.js';

/**
 * What operators did, in the transaction of the entry that it stands for. Rows are chained, so their writers take turns:
 * whoever has its turn must hold every other lock already, or two flushes could wait for each other.
 * @param others the parts of this statement that lock rows
 */
export const audited = (others: readonly string[]): Part => ({
  letter: 'a',
  name: 'audited',
  sql: (p) => `audited as (
    insert into skald.audit (actor, action, saga_id, target, reason, before, after, request_id)
    select actor, action, saga_id, target, reason, before, after, request_id
    from unnest(${p(0)}::bigint[], ${p(1)}::text[], ${p(2)}::text[], ${p(3)}::uuid[], ${p(4)}::text[], ${p(5)}::text[],
        ${p(6)}::json[], ${p(7)}::json[], ${p(8)}::text[])
      as act (append_id, actor, action, saga_id, target, reason, before, after, request_id)
    where (append_id in (select append_id from written)) is true
      ${others.map((other) => `and (select count(*) from ${other}) >= 0`).join(' ')}
  )`,
  values: ({ entries }) => {
    const acts = entries.filter((e): e is PendingAppend => e.kind === 'append' && e.append.audit !== undefined);
    const column = (value: (record: AuditRecord) => string | null | undefined): string =>
      arrayLiteral(acts, ({ append }) => quoted(value(append.audit!)?.replaceAll('\0', '\ufffd')));
    const document = (value: (record: AuditRecord) => unknown): string =>
      column((record) => (isGiven(value(record)) ? storableJson(value(record) as object) : null));
    return [
      arrayLiteral(acts, (act) => act.appendId),
      column(({ actor }) => actor),
      column(({ action }) => action),
      arrayLiteral(acts, (act) => act.sagaId),
      column(({ target }) => target),
      column(({ reason }) => reason),
      document(({ before }) => before),
      document(({ after }) => after),
      column(({ requestId }) => requestId),
    ];
  },
});

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
