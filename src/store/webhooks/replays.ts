import type { EntityManager } from 'typeorm';
import { recordWithin } from '../audit.js';
import { arrayLiteral } from '../array-literal.js';
import type { Database } from '../database.js';
import { reaching } from '../errors.js';
import { takesTurn, widen, type StreamWish } from './outbox.js';
import type { Orderer } from './subscriptions.js';

/** An order to deliver again. Times in epoch ms. */
export interface ReplayWish {
  readonly from: number;
  /** Default: now. */
  readonly to: number | null;
}

/** A saga with entries in the time that is replayed. */
export interface ReplayedSaga {
  readonly sagaId: string;
  readonly definition: string;
  readonly tags: { readonly [name: string]: string } | null;
  /** The first entry in that time, and the last one that there is. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Epoch ms of the first. */
  readonly at: number;
}

type Choice = (subscriptionId: string, sagas: readonly ReplayedSaga[]) => Promise<readonly ReplayedSaga[]>;

/** A saga without an entry in that time. */
type Untouched = { readonly [field in keyof ReplayedSaga]: ReplayedSaga[field] | null } & {
  readonly sagaId: string;
  readonly firstSeq: null;
};

interface Replay {
  readonly id: string;
  readonly subscriptionId: string;
  readonly from: Date;
  readonly to: Date | null;
  readonly afterSaga: string;
}

const NEXT = `
  select id, subscription_id as "subscriptionId", from_at as "from", to_at as "to", after_saga as "afterSaga"
  from skald.webhook_replays where done_at is null order by requested_at limit 1`;

/** Sagas that had not ended before, and began not later; each is looked up in its own journal. */
const PAGE = `
  select saga.id as "sagaId", saga.definition, saga.tags, entry.first as "firstSeq", entry.last as "lastSeq", entry.at
  from (
    select id, definition, tags from skald.sagas
    where id > $1 and (finished_at is null or finished_at >= $2) and started_at <= coalesce($3, now())
    order by id limit $4
  ) saga
  left join lateral (
    select min(seq) filter (where at >= $2) as first, max(seq) as last,
      (extract(epoch from min(at) filter (where at >= $2)) * 1000)::float8 as at,
      bool_or(at between $2 and coalesce($3, now())) as hit
    from skald.journal where saga_id = saga.id
  ) entry on entry.hit
  order by saga.id`;

/** Deliveries of what has been delivered, or was never wanted before. They keep their ids and their order. */
export class WebhookReplays {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Durable when this settles; carried out by whoever hands out events. */
  async request(
    id: string,
    subscription: { readonly id: string; readonly name: string },
    wish: ReplayWish,
    by: Orderer,
  ): Promise<void> {
    const { from, to } = wish;
    await reaching(
      this.#database.source.transaction(async (manager) => {
        await manager.query(
          `insert into skald.webhook_replays (id, subscription_id, from_at, to_at)
            values ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000))`,
          [id, subscription.id, from, to],
        );
        const after = { replay: id, from: new Date(from).toISOString(), to: to && new Date(to).toISOString() };
        await recordWithin(manager, { ...by, action: 'webhook.replay', target: subscription.name, after });
      }),
    );
  }

  /**
   * Does the next `limit` sagas of the oldest replay, in one transaction.
   * @param wanted those of the sagas whose events the subscription wants
   * @returns whether there was anything to do
   */
  async advance(limit: number, wanted: Choice): Promise<boolean> {
    const open = await this.#database.query(
      { name: 'webhook-replays', text: 'select from skald.webhook_replays where done_at is null limit 1' },
      [],
    );
    if (open.length === 0) return false;
    return reaching(
      this.#database.source.transaction(async (manager) => {
        if (!(await takesTurn(manager))) return false;
        const [replay] = await manager.query<Replay[]>(NEXT);
        if (!replay) return false;
        await turnPage(manager, replay, limit, wanted);
        return true;
      }),
    );
  }
}

async function turnPage(
  manager: EntityManager,
  { id, subscriptionId, from, to, afterSaga }: Replay,
  limit: number,
  choose: Choice,
): Promise<void> {
  const rows = await manager.query<(ReplayedSaga | Untouched)[]>(PAGE, [afterSaga, from, to, limit]);
  const wanted = await choose(
    subscriptionId,
    rows.filter((row) => row.firstSeq !== null),
  );
  await widen(
    manager,
    wanted.map((saga) => wishOf(subscriptionId, saga)),
  );
  await manager.query(
    `delete from skald.webhook_failures failure using unnest($2::uuid[], $3::int[]) as again (saga_id, first_seq)
      where failure.subscription_id = $1 and failure.saga_id = again.saga_id and failure.seq >= again.first_seq`,
    [subscriptionId, arrayLiteral(wanted, (s) => s.sagaId), arrayLiteral(wanted, (s) => s.firstSeq)],
  );
  const isDone = rows.length < limit;
  await manager.query(
    `update skald.webhook_replays set after_saga = $2, sagas = sagas + $3, done_at = case when $4 then now() end
      where id = $1`,
    [id, rows.at(-1)?.sagaId ?? afterSaga, wanted.length, isDone],
  );
}

function wishOf(subscriptionId: string, { sagaId, firstSeq, lastSeq, at }: ReplayedSaga): StreamWish {
  return { sagaId, subscriptionId, syncedTo: firstSeq - 1, lastSeq, at };
}
