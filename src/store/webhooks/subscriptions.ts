import type { EntityManager } from 'typeorm';
import type { Json } from '../../saga/json.js';
import { recordWithin, type AuditRecord } from '../audit.js';
import type { Database } from '../database.js';
import { reaching, sqlState } from '../errors.js';
import { keyOf, pageOf, type Page } from '../page.js';
import { UUID } from '../saga-row.js';
import {
  WebhookNameTaken,
  type SigningSubscription,
  type WebhookSubscription,
  type WebhookWish,
} from './subscription.js';

/** Who orders something; what it was and what came of it is known here. */
export type Orderer = Pick<AuditRecord, 'actor' | 'reason' | 'requestId'>;

const COLUMNS = `
  id, name, url, filter, state, why, (extract(epoch from disabled_at) * 1000)::float8 as "disabledAt",
  (extract(epoch from created_at) * 1000)::float8 as "createdAt",
  (extract(epoch from updated_at) * 1000)::float8 as "updatedAt"`;

const UNIQUE_VIOLATION = '23505';

/** The receivers of saga events. Every change leaves its row in the audit trail, never with a secret in it. */
export class WebhookSubscriptions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Throws {@link WebhookNameTaken}. */
  async create(id: string, wish: WebhookWish, secret: string, by: Orderer): Promise<WebhookSubscription> {
    const created = await this.#change(id, 'webhook.create', by, wish.name, async (manager) => {
      await manager.query(
        `insert into skald.webhook_subscriptions (id, name, url, filter, secret) values ($1, $2, $3, $4::json, $5)`,
        [id, wish.name, wish.url, JSON.stringify(wish.filter), secret],
      );
    });
    return created!;
  }

  /** `null`: there is none with this id. Throws {@link WebhookNameTaken}. */
  async replace(id: string, wish: WebhookWish, by: Orderer): Promise<WebhookSubscription | null> {
    return this.#change(id, 'webhook.replace', by, wish.name, async (manager) => {
      await manager.query(
        `update skald.webhook_subscriptions set name = $2, url = $3, filter = $4::json, updated_at = now() where id = $1`,
        [id, wish.name, wish.url, JSON.stringify(wish.filter)],
      );
    });
  }

  /** Its messages are signed with both secrets for `overlap` ms. */
  async rotate(id: string, secret: string, overlap: number, by: Orderer): Promise<WebhookSubscription | null> {
    return this.#change(id, 'webhook.rotate-secret', by, null, async (manager) => {
      await manager.query(
        `update skald.webhook_subscriptions set former_secret = secret, secret = $2, updated_at = now(),
          former_until = now() + $3::float8 * interval '1 ms' where id = $1`,
        [id, secret, overlap],
      );
    });
  }

  /** Delivery goes on where it stopped. Without effect on one that is active. */
  async enable(id: string, by: Orderer): Promise<WebhookSubscription | null> {
    return this.#change(id, 'webhook.enable', by, null, async (manager) => {
      await manager.query(
        `update skald.webhook_subscriptions set state = 'active', why = null, disabled_at = null, updated_at = now()
          where id = $1 and state = 'disabled'`,
        [id],
      );
    });
  }

  /** Nothing is delivered until it is enabled. */
  async disable(id: string, why: string, by: Orderer): Promise<WebhookSubscription | null> {
    return this.#change(id, 'webhook.disable', by, null, async (manager) => {
      await manager.query(
        `update skald.webhook_subscriptions set state = 'disabled', why = $2, disabled_at = now(), updated_at = now()
          where id = $1 and state = 'active'`,
        [id, why],
      );
    });
  }

  /** What is on its way to it is forgotten. False: there is none. */
  async delete(id: string, by: Orderer): Promise<boolean> {
    if (!UUID.test(id)) return false;
    return this.#transaction(async (manager) => {
      const before = await lock(manager, id);
      if (!before) return false;
      await manager.query('delete from skald.webhook_subscriptions where id = $1', [id]);
      await recordWithin(manager, { ...by, action: 'webhook.delete', target: before.name, before: shown(before) });
      return true;
    });
  }

  async get(id: string): Promise<SigningSubscription | null> {
    if (!UUID.test(id)) return null;
    const [found] = await this.#select('where id = $1', [id]);
    return found ?? null;
  }

  /** By name. Throws {@link BadCursor}. */
  async list(limit: number, cursor?: string): Promise<Page<WebhookSubscription>> {
    const after = cursor === undefined ? '' : keyOf(cursor, /^[^\0]{1,200}$/);
    const rows = await this.#database.coldQuery<WebhookSubscription>(
      `select ${COLUMNS} from skald.webhook_subscriptions where name > $1 collate "C" order by name collate "C" limit $2`,
      [after, limit + 1],
    );
    return pageOf(rows, limit, ({ name }) => name);
  }

  /** All of them, for those who deliver. */
  all(): Promise<SigningSubscription[]> {
    return this.#select('', []);
  }

  async #select(where: string, values: unknown[]): Promise<SigningSubscription[]> {
    const rows = await this.#database.query<SigningSubscription>(
      {
        name: `webhook-subscriptions${where ? '-one' : ''}`,
        text: `select ${COLUMNS}, array[secret] || case when former_until > now() then array[former_secret]
          else '{}'::text[] end as secrets from skald.webhook_subscriptions ${where} order by name`,
      },
      values,
    );
    return rows;
  }

  async #change(
    id: string,
    action: string,
    by: Orderer,
    name: string | null,
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<WebhookSubscription | null> {
    if (!UUID.test(id)) return null;
    const changing = this.#transaction(async (manager) => {
      const before = await lock(manager, id);
      if (!before && action !== 'webhook.create') return null;
      await work(manager);
      const after = (await lock(manager, id))!;
      await recordWithin(manager, {
        ...{ ...by, action, target: after.name, after: shown(after) },
        ...(before && { before: shown(before) }),
      });
      return after;
    });
    return changing.catch((error: unknown) => {
      throw sqlState(error) === UNIQUE_VIOLATION ? new WebhookNameTaken(name ?? '') : error;
    });
  }

  #transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return reaching(this.#database.source.transaction(work));
  }
}

async function lock(manager: EntityManager, id: string): Promise<WebhookSubscription | undefined> {
  const [row] = await manager.query<WebhookSubscription[]>(
    `select ${COLUMNS} from skald.webhook_subscriptions where id = $1 for update`,
    [id],
  );
  return row;
}

function shown({ id, name, url, filter, state, why }: WebhookSubscription): Json {
  return { id, name, url, filter: filter as Json, state, why };
}
