import { arrayLiteral } from '../array-literal.js';
import type { Database } from '../database.js';
import { keyOf, pageOf, type Page } from '../page.js';

/** What waits for one receiver. */
export interface LagReading {
  readonly subscriptionId: string;
  /** Events, those that its filter leaves out included. */
  readonly pending: number;
  /** How long the first of them has been waiting, in ms. */
  readonly lag: number;
}

export type DeliveryStatus = 'pending' | 'synced' | 'failed';

/** One event, or several in a row, of one saga on the way to one receiver. Times in epoch ms. */
export interface DeliveryReading {
  readonly sagaId: string;
  /** `pending`: the first that waits; `synced`: the last that arrived; `failed`: the first that was given up. */
  readonly seq: number;
  /** `pending`, `failed`: the last one for which the same holds. */
  readonly toSeq: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** `pending`: when it is looked at again. */
  readonly nextAt: number | null;
  readonly since: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** How far the receivers of one saga are. By name. */
export interface SagaSync {
  readonly pending: readonly string[];
  readonly failed: readonly string[];
}

const MS = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

const STREAMS = (columns: string, where: string): string => `
  select saga_id as "sagaId", ${columns}, last_status as "lastStatus", last_error as "lastError"
  from skald.webhook_streams where subscription_id = $1 and ${where} and saga_id < $2
  order by saga_id desc limit $3`;

const LISTS: { readonly [status in DeliveryStatus]: string } = {
  pending: STREAMS(
    `synced_to + 1 as seq, last_seq as "toSeq", 'pending' as status, attempts, ${MS('next_at')} as "nextAt",
    ${MS('pending_since')} as since`,
    'next_at is not null',
  ),
  synced: STREAMS(
    `synced_to as seq, synced_to as "toSeq", 'synced' as status, attempts, null as "nextAt", ${MS('settled_at')} as since`,
    'next_at is null and last_error is null',
  ),
  failed: `
    select saga_id as "sagaId", seq, to_seq as "toSeq", 'failed' as status, attempts, null as "nextAt",
      ${MS('failed_at')} as since, status as "lastStatus", error as "lastError"
    from skald.webhook_failures where subscription_id = $1 and (saga_id, seq) < ($2::uuid, $4::int)
    order by saga_id desc, seq desc limit $3`,
};

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const CURSOR = /^([0-9a-f-]{36}) (\d{1,9})$/;

const SAGA_SYNC = {
  name: 'webhook-saga-sync',
  text: `
    select subscription.name,
      stream.synced_to < least(stream.last_seq, $2::int) as pending,
      exists (select from skald.webhook_failures failure
        where failure.saga_id = $1 and failure.subscription_id = subscription.id and failure.seq <= $2::int) as failed
    from skald.webhook_subscriptions subscription
    left join skald.webhook_streams stream on stream.saga_id = $1 and stream.subscription_id = subscription.id
    where subscription.state = 'active' order by subscription.name`,
};

const PUBLISHED = {
  name: 'webhook-saga-published',
  text: `
    select exists (select from skald.webhook_outbox where saga_id = $1 and seq <= $2) as waiting`,
};

/** What has arrived where, for people and for those who wait for it. */
export class WebhookSyncState {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By saga, newest first. Throws {@link BadCursor}. */
  async deliveries(
    subscriptionId: string,
    status: DeliveryStatus,
    limit: number,
    cursor?: string,
  ): Promise<Page<DeliveryReading>> {
    const [, sagaId = LAST_ID, seq = '0'] = (cursor !== undefined && CURSOR.exec(keyOf(cursor, CURSOR))) || [];
    const values = [subscriptionId, sagaId, limit + 1, ...(status === 'failed' ? [Number(seq)] : [])];
    const rows = await this.#database.coldQuery<DeliveryReading>(LISTS[status], values);
    return pageOf(rows, limit, (row) => `${row.sagaId} ${row.seq}`);
  }

  /** Whether the active receivers have everything of this saga up to `seq`. */
  async of(sagaId: string, seq: number): Promise<SagaSync> {
    // In this order: what is handed out in between is seen by the second look.
    const [outbox] = await this.#database.query<{ waiting: boolean }>(PUBLISHED, [sagaId, seq]);
    const rows = await this.#database.query<{ name: string; pending: boolean | null; failed: boolean }>(SAGA_SYNC, [
      sagaId,
      seq,
    ]);
    const names = (some: typeof rows): string[] => some.map(({ name }) => name);
    // Who wants what is in the outbox is not known yet.
    return {
      pending: names(rows.filter(({ pending }) => pending === true || outbox?.waiting === true)),
      failed: names(rows.filter(({ failed }) => failed)),
    };
  }

  /** Events that were given up, by subscription. */
  async failures(subscriptionIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.#database.coldQuery<{ id: string; count: number }>(
      `select subscription_id as id, sum(to_seq - seq + 1)::int as count from skald.webhook_failures
        where subscription_id = any($1::uuid[]) group by subscription_id`,
      [arrayLiteral(subscriptionIds, (id) => id)],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }
}
