import type { Database } from '../database.js';

/** Rows that one round touches at most: the next one goes on. */
const PAGE = 5_000;

/**
 * What has waited for longer than it is kept, because its receiver is gone or disabled, is given up: the backlog of a dead
 * receiver has a bound.
 */
const EXPIRE = `
  with expired as materialized (
    select saga_id, subscription_id, synced_to, last_seq from skald.webhook_streams
    where next_at is not null and pending_since < now() - $1::float8 * interval '1 ms'
    limit ${PAGE} for update skip locked
  ), settled as (
    update skald.webhook_streams stream set
      synced_to = expired.last_seq, next_at = null, pending_since = null, attempts = 0, settled_at = now(),
      last_error = 'it waited for longer than events are kept'
    from expired where stream.saga_id = expired.saga_id and stream.subscription_id = expired.subscription_id
    returning stream.saga_id, stream.subscription_id, expired.synced_to, stream.last_seq, stream.last_status
  ), failed as (
    insert into skald.webhook_failures (subscription_id, saga_id, seq, to_seq, attempts, status, error)
    select subscription_id, saga_id, synced_to + 1, last_seq, 0, last_status, 'it waited for longer than events are kept'
    from settled on conflict do nothing
  )
  select subscription_id as "subscriptionId", sum(last_seq - synced_to)::int as events from settled group by 1`;

const FORGET = [
  `delete from skald.webhook_streams where (saga_id, subscription_id) in (
    select saga_id, subscription_id from skald.webhook_streams
    where next_at is null and settled_at < now() - $1::float8 * interval '1 ms' limit ${PAGE})`,
  `delete from skald.webhook_failures where failed_at < now() - $1::float8 * interval '1 ms'`,
  `delete from skald.webhook_replays where done_at < now() - $1::float8 * interval '1 ms'`,
];

const FORGET_DELETED = [
  `delete from skald.webhook_streams where (saga_id, subscription_id) in (
    select saga_id, subscription_id from skald.webhook_streams stream
    where not exists (select from skald.webhook_subscriptions where id = stream.subscription_id) limit ${PAGE})`,
  `delete from skald.webhook_failures failure
    where not exists (select from skald.webhook_subscriptions where id = failure.subscription_id)`,
  `delete from skald.webhook_replays replay
    where not exists (select from skald.webhook_subscriptions where id = replay.subscription_id)`,
];

/** Events of one receiver that nobody will deliver any more. */
export interface ExpiredEvents {
  readonly subscriptionId: string;
  readonly events: number;
}

/** Keeps the tables of webhooks in bounds. To be called every minute or so, by any number of processes. */
export class WebhookUpkeep {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param retention ms that events wait for their receiver, and that is remembered what became of them */
  async round(retention: number): Promise<ExpiredEvents[]> {
    for (const text of FORGET) await this.#database.coldQuery(text, [retention]);
    for (const text of FORGET_DELETED) await this.#database.coldQuery(text);
    return this.#database.coldQuery<ExpiredEvents>(EXPIRE, [retention]);
  }
}
