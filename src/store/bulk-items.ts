import type { SagaStatus } from '../saga/state.js';
import type { BulkOutcome } from './bulk-operation.js';
import type { Database } from './database.js';
import { keyOf, pageOf, type Page } from './page.js';
import { UUID } from './saga-row.js';
import { storableJson } from './storable-json.js';

/** One saga of an operation. */
export interface BulkItem {
  readonly saga: string;
  readonly outcome: BulkOutcome;
  /** Why it failed or was refused. */
  readonly code: string | null;
  readonly message: string | null;
  readonly fingerprint: string | null;
  /** Of the saga, when the outcome was seen. */
  readonly status: SagaStatus | null;
  /** Epoch ms; `null`: its turn has not come. */
  readonly at: number | null;
}

/** A saga that has taken its order, and has moved since it was looked at last, or was not looked at for a while. */
export interface PendingItem {
  readonly saga: string;
  /** The entry by which it took the order. */
  readonly orderedSeq: number;
  /** How long ago, ms. */
  readonly age: number;
}

/** What is newly known of one item. */
export interface BulkNews {
  readonly saga: string;
  /** As it was when the news were made; where it is something else by now, they are stale and change nothing. */
  readonly was: 'waiting' | 'pending';
  readonly outcome: Exclude<BulkOutcome, 'waiting'>;
  /** The last entry of the saga that is known. */
  readonly seq: number | null;
  readonly status: SagaStatus | null;
  readonly code?: string;
  readonly message?: string;
  readonly fingerprint?: string;
}

/** A row of a saga shows nearly every entry at once. What it does not show is seen this late. */
const PENDING = `
  select item.saga_id as saga, item.ordered_seq as "orderedSeq",
    (extract(epoch from now() - item.ordered_at) * 1000)::float8 as age
  from skald.bulk_items item left join skald.sagas saga on saga.id = item.saga_id
  where item.bulk_id = $1 and item.outcome = 'pending'
    and (saga.seq > item.seen_seq or item.at < now() - interval '5 s')
  order by item.at limit $2`;

/** Items and counts change together. Sorted, so that two that settle the same items wait for each other in turn. */
const SETTLE = `
  with news as (
    select * from json_to_recordset($2::json) as news (saga uuid, was text, outcome text, seq int, status text, code text,
      message text, fingerprint text)
  ), taken as (
    select item.saga_id from skald.bulk_items item join news on item.saga_id = news.saga and item.outcome = news.was
    where item.bulk_id = $1
    order by item.saga_id for no key update of item
  ), changed as (
    update skald.bulk_items item set
      outcome = news.outcome, status = news.status, code = news.code, message = news.message,
      fingerprint = news.fingerprint, seen_seq = news.seq, at = date_trunc('milliseconds', now()),
      ordered_seq = coalesce(item.ordered_seq, news.seq), ordered_at = coalesce(item.ordered_at, now())
    from news join taken on taken.saga_id = news.saga
    where item.bulk_id = $1 and item.saga_id = news.saga and item.outcome = news.was
    returning news.was, news.outcome
  ), counted as (
    update skald.bulk_operations operation set
      pending = operation.pending + change.pending, succeeded = operation.succeeded + change.succeeded,
      failed = operation.failed + change.failed, undecided = operation.undecided + change.undecided,
      refused = operation.refused + change.refused
    from (
      select
        (count(*) filter (where outcome = 'pending') - count(*) filter (where was = 'pending'))::int as pending,
        (count(*) filter (where outcome = 'succeeded'))::int as succeeded,
        (count(*) filter (where outcome = 'failed'))::int as failed,
        (count(*) filter (where outcome = 'undecided'))::int as undecided,
        (count(*) filter (where outcome = 'refused'))::int as refused
      from changed
    ) change
    where operation.id = $1
  )
  select outcome, count(*)::int as count from changed group by outcome`;

/** The sagas of bulk operations, one by one. */
export class BulkItems {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those whose turn has not come, the oldest sagas first. */
  async waiting(bulkId: string, limit: number): Promise<string[]> {
    const rows = await this.#database.coldQuery<{ saga: string }>(
      `select saga_id as saga from skald.bulk_items where bulk_id = $1 and outcome = 'waiting' order by saga_id limit $2`,
      [bulkId, limit],
    );
    return rows.map(({ saga }) => saga);
  }

  async pending(bulkId: string, limit: number): Promise<PendingItem[]> {
    return this.#database.coldQuery(PENDING, [bulkId, limit]);
  }

  /** @returns how many items have which outcome now that had another state before */
  async settle(bulkId: string, news: readonly BulkNews[]): Promise<{ outcome: BulkOutcome; count: number }[]> {
    if (news.length === 0) return [];
    return this.#database.coldQuery(SETTLE, [bulkId, storableJson(news)]);
  }

  /** In the order of the sagas' ids. @param limit 1–200. Throws {@link BadCursor}. */
  async list(bulkId: string, outcome: BulkOutcome | null, limit: number, cursor?: string): Promise<Page<BulkItem>> {
    const after = cursor === undefined ? null : keyOf(cursor, UUID);
    const rows = await this.#database.coldQuery<BulkItem>(
      `select saga_id as saga, outcome, code, message, fingerprint, status,
        (extract(epoch from at) * 1000)::float8 as at
      from skald.bulk_items
      where bulk_id = $1 and ($2::text is null or outcome = $2) and ($3::uuid is null or saga_id > $3::uuid)
      order by saga_id limit $4`,
      [bulkId, outcome, after, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.saga);
  }
}
