import type { EntityManager } from 'typeorm';
import type { Fact } from '../../saga/facts.js';
import { arrayLiteral } from '../array-literal.js';
import type { Database } from '../database.js';
import { reaching } from '../errors.js';

/** An entry of a journal that nobody has been told of yet. */
export interface Published {
  readonly sagaId: string;
  readonly seq: number;
  readonly definition: string;
  readonly tags: { readonly [name: string]: string } | null;
  /** Epoch ms. */
  readonly at: number;
  /** `null` when they were not asked for. */
  readonly facts: readonly Fact[] | null;
}

/** Events of one saga that one receiver is to get: up to `lastSeq`, from the one after `syncedTo`. */
export interface StreamWish {
  readonly sagaId: string;
  readonly subscriptionId: string;
  readonly syncedTo: number;
  readonly lastSeq: number;
  /** Epoch ms of the first of them. */
  readonly at: number;
}

/** Of a saga that retention has dropped in the meantime, there is nothing but its id. */
type Row = { readonly id: string } & {
  readonly [field in keyof Published]: Published[field] | null;
};

/** One of our own: whoever holds it hands out, and nobody else. */
const LOCK = 7_235_414_008;

const TAKE = `
  select batch.id, batch.saga_id as "sagaId", batch.seq, saga.definition, saga.tags,
    (extract(epoch from entry.at) * 1000)::float8 as at, case when $2 then entry.facts end as facts
  from (select * from skald.webhook_outbox order by id limit $1) batch
  left join skald.sagas saga on saga.id = batch.saga_id
  left join skald.journal entry on entry.saga_id = batch.saga_id and entry.seq = batch.seq
  order by batch.id`;

/**
 * A stream is new, gets longer, or begins again at an earlier place: whatever arrives at or before what is settled has to
 * be delivered (again). Rows are taken in the order of their key, so that two who do this never wait for each other.
 */
const WIDEN = `
  insert into skald.webhook_streams as stream (saga_id, subscription_id, synced_to, last_seq, next_at, pending_since)
  select saga_id, subscription_id, synced_to, last_seq, now(), to_timestamp(at / 1000)
  from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::float8[])
    as wish (saga_id, subscription_id, synced_to, last_seq, at)
  order by saga_id, subscription_id
  on conflict (saga_id, subscription_id) do update set
    synced_to = least(stream.synced_to, excluded.synced_to),
    last_seq = greatest(stream.last_seq, excluded.last_seq),
    next_at = coalesce(stream.next_at, now()),
    pending_since = least(stream.pending_since, excluded.pending_since)`;

/** Entries that have been written and not been handed out. */
export class WebhookOutbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes up to `limit` entries out and puts what `wanted` makes of them into the streams, in one transaction: each entry
   * is handed out once, and those of a saga in their order, because one process at a time does it.
   * @param withFacts whether `wanted` looks at facts
   * @returns how many were taken; 0 also when another process is at it
   */
  async handOut(
    limit: number,
    withFacts: boolean,
    wanted: (entries: readonly Published[]) => Promise<readonly StreamWish[]>,
  ): Promise<number> {
    if (!(await this.#holdsAny())) return 0;
    return reaching(
      this.#database.source.transaction(async (manager) => {
        if (!(await takesTurn(manager))) return 0;
        const rows = await manager.query<Row[]>(TAKE, [limit, withFacts]);
        const known = rows.filter((row): row is Published & Row => row.definition !== null && row.at !== null);
        await widen(manager, await wanted(known));
        await manager.query('delete from skald.webhook_outbox where id = any($1::bigint[])', [
          arrayLiteral(rows, ({ id }) => id),
        ]);
        return rows.length;
      }),
    );
  }

  /** When nobody subscribes any more, what is left is of no use to the next one: its entries begin after it. */
  async clear(): Promise<void> {
    if (!(await this.#holdsAny())) return;
    await this.#database.coldQuery(
      'delete from skald.webhook_outbox where not exists (select from skald.webhook_subscriptions)',
    );
  }

  async #holdsAny(): Promise<boolean> {
    const [row] = await this.#database.query<{ any: boolean }>(
      { name: 'webhook-outbox', text: 'select exists (select from skald.webhook_outbox) as any' },
      [],
    );
    return row?.any === true;
  }
}

/** Until the end of the transaction. False: another process has its turn. */
export async function takesTurn(manager: EntityManager): Promise<boolean> {
  const [lock] = await manager.query<{ held: boolean }[]>('select pg_try_advisory_xact_lock($1) as held', [LOCK]);
  return lock?.held === true;
}

/** At most one wish for each stream. */
export async function widen(manager: EntityManager, wishes: readonly StreamWish[]): Promise<void> {
  if (wishes.length === 0) return;
  await manager.query(WIDEN, [
    arrayLiteral(wishes, ({ sagaId }) => sagaId),
    arrayLiteral(wishes, ({ subscriptionId }) => subscriptionId),
    arrayLiteral(wishes, ({ syncedTo }) => syncedTo),
    arrayLiteral(wishes, ({ lastSeq }) => lastSeq),
    arrayLiteral(wishes, ({ at }) => at),
  ]);
}
