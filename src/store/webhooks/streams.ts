import { arrayLiteral } from '../array-literal.js';
import type { Database, Statement } from '../database.js';
import type { LagReading } from './sync-state.js';

/** A stream in somebody's hands, until the lease is over. */
export interface ClaimedStream {
  readonly sagaId: string;
  readonly subscriptionId: string;
  /** Everything up to here is settled. */
  readonly syncedTo: number;
  readonly lastSeq: number;
  /** At the event after `syncedTo`, so far. */
  readonly attempts: number;
  /** Epoch ms of the first failure since the last success; `null`: none. */
  readonly failingSince: number | null;
}

/** Where a delivery stood when it was claimed or last marked: a mark counts only while it still stands there. */
export interface Position {
  readonly sagaId: string;
  readonly subscriptionId: string;
  readonly syncedTo: number;
}

const CLAIM: Statement = {
  name: 'webhook-claim',
  text: `
    with due as materialized (
      select stream.saga_id, stream.subscription_id
      from unnest($1::uuid[], $2::int[]) as wanted (subscription_id, room)
      cross join lateral (
        select saga_id, subscription_id from skald.webhook_streams
        where subscription_id = wanted.subscription_id and next_at <= now()
        order by next_at limit wanted.room
        for update skip locked
      ) stream
    )
    update skald.webhook_streams stream set next_at = now() + $3::int * interval '1 ms'
    from due where stream.saga_id = due.saga_id and stream.subscription_id = due.subscription_id
    returning stream.saga_id as "sagaId", stream.subscription_id as "subscriptionId", stream.synced_to as "syncedTo",
      stream.last_seq as "lastSeq", stream.attempts,
      (extract(epoch from stream.failing_since) * 1000)::float8 as "failingSince"`,
};

const AT_POSITION = `saga_id = $1 and subscription_id = $2 and synced_to = $3`;

/** Whoever goes on with the stream keeps it for another lease. */
const SYNCED: Statement = {
  name: 'webhook-synced',
  text: `
    update skald.webhook_streams set
      synced_to = $4, attempts = 0, failing_since = null, last_status = $5, last_error = null, settled_at = now(),
      next_at = case when last_seq > $4 then now() + $6::int * interval '1 ms' end,
      pending_since = case when last_seq > $4 then coalesce(to_timestamp($7::float8 / 1000), now()) end
    where ${AT_POSITION}
    returning last_seq`,
};

const POSTPONED: Statement = {
  name: 'webhook-postponed',
  text: `
    update skald.webhook_streams set
      attempts = attempts + 1, failing_since = coalesce(failing_since, now()), last_status = $4, last_error = $5,
      next_at = now() + $6::float8 * interval '1 ms'
    where ${AT_POSITION}
    returning last_seq`,
};

/** The next event gets its turn; it is not given the time that this one has used up. */
const FAILED: Statement = {
  name: 'webhook-failed',
  text: `
    with failed as (
      update skald.webhook_streams set
        synced_to = $4, attempts = 0, failing_since = coalesce(failing_since, now()), last_status = $5, last_error = $6,
        settled_at = now(), next_at = case when last_seq > $4 then now() end,
        pending_since = case when last_seq > $4 then now() end
      where ${AT_POSITION}
      returning saga_id, subscription_id
    )
    insert into skald.webhook_failures (subscription_id, saga_id, seq, to_seq, attempts, status, error)
    select subscription_id, saga_id, $4, $4, $7, $5, $6 from failed
    on conflict (saga_id, subscription_id, seq) do update set
      failed_at = now(), to_seq = excluded.to_seq, attempts = excluded.attempts, status = excluded.status,
      error = excluded.error
    returning seq`,
};

/** Whatever stands in the row: somebody may have moved it meanwhile. */
const RELEASED: Statement = {
  name: 'webhook-released',
  text: `
    update skald.webhook_streams set next_at = now() + $3::float8 * interval '1 ms'
    where saga_id = $1 and subscription_id = $2 and next_at is not null`,
};

const LAG: Statement = {
  name: 'webhook-lag',
  text: `
    select subscription_id as "subscriptionId", sum(last_seq - synced_to)::int as pending,
      (extract(epoch from now() - min(pending_since)) * 1000)::float8 as lag
    from skald.webhook_streams where next_at is not null group by subscription_id`,
};

/** How far every receiver has come with every saga, and who is at it. */
export class WebhookStreams {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Streams that are due, the longest overdue first, for `lease` ms.
   * @param rooms most for each subscription
   */
  claim(rooms: ReadonlyMap<string, number>, lease: number): Promise<ClaimedStream[]> {
    const wanted = [...rooms];
    return this.#database.query<ClaimedStream>(CLAIM, [
      arrayLiteral(wanted, ([id]) => id),
      arrayLiteral(wanted, ([, room]) => room),
      lease,
    ]);
  }

  /**
   * Everything up to `seq` has been received, or was not wanted. False: somebody else has moved the stream.
   * @param lease ms that whoever delivers keeps it; 0: it is free for anybody
   * @param nextAt epoch ms of the first event behind; `null`: not known
   */
  async synced(
    at: Position,
    seq: number,
    status: number | null,
    lease: number,
    nextAt: number | null,
  ): Promise<boolean> {
    return this.#mark(SYNCED, at, [seq, status, lease, nextAt]);
  }

  /** The event after the position waits for another attempt, in `delay` ms. */
  async postponed(at: Position, status: number | null, error: string, delay: number): Promise<boolean> {
    return this.#mark(POSTPONED, at, [status, error, delay]);
  }

  /** The event `seq`, the next one that is wanted after the position, is given up. */
  async failed(at: Position, seq: number, status: number | null, error: string, attempts: number): Promise<boolean> {
    return this.#mark(FAILED, at, [seq, status, error, attempts]);
  }

  /** Nothing came of the claim: it is due again in `delay` ms. */
  async released(sagaId: string, subscriptionId: string, delay = 0): Promise<void> {
    await this.#database.query(RELEASED, [sagaId, subscriptionId, delay]);
  }

  /** What waits, by subscription; one that waits for nothing is left out. */
  lag(): Promise<LagReading[]> {
    return this.#database.query<LagReading>(LAG, []);
  }

  async #mark(statement: Statement, at: Position, values: readonly unknown[]): Promise<boolean> {
    const rows = await this.#database.query(statement, [at.sagaId, at.subscriptionId, at.syncedTo, ...values]);
    return rows.length > 0;
  }
}
