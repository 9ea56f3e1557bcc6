import { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import type { ApiRole } from '../config/api-key.js';
import type { JsonObject } from '../saga/json.js';
import * as sql from './api-keys-sql.js';
import { recordWithin, type AuditRecord } from './audit.js';
import type { Database } from './database.js';
import { reaching } from './errors.js';
import { keyOf, pageOf, type Page } from './page.js';

/** A key that was made through the API. Its secret is kept nowhere. Times are epoch ms. */
export interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly role: ApiRole;
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
  /** The secret before the last rotation, which is good until `previousUntil`. */
  readonly previousHash: Buffer | null;
  readonly previousUntil: number | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** To the minute. */
  readonly lastUsedAt: number | null;
  /** Grows with every change of any key. */
  readonly revision: number;
}

export type NewKey = Pick<StoredKey, 'id' | 'name' | 'role' | 'hash' | 'expiresAt'>;

/** What a rotation brings. */
export interface Rotation {
  readonly hash: Buffer;
  /** How long the secret before stays good, in ms. */
  readonly previousFor: number;
  /** `null`: as it was. */
  readonly expiresAt: number | null;
}

/** Who changes a key and why, for the audit trail. */
export type KeyAuthor = Pick<AuditRecord, 'actor' | 'reason' | 'requestId'>;

/** The key's time is over, so a new secret for it would be of no use. */
export class KeyOver extends Error {
  constructor(
    readonly code: 'key-expired' | 'key-revoked',
    message: string,
  ) {
    super(message);
  }
}

/** Keys in the database. Every change is recorded in the audit trail, in the same transaction, without the secret. */
export class ApiKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(key: NewKey, author: KeyAuthor): Promise<StoredKey> {
    return this.#inTurn(async (manager) => {
      const values = [key.id, key.name, key.role, key.hash, author.actor, key.expiresAt];
      const [created] = await manager.query<[StoredKey]>(sql.CREATE, values);
      await recordWithin(manager, { ...author, action: 'key.create', target: key.id, after: shown(created) });
      return created;
    });
  }

  /**
   * A new secret; the one before stays good for a while, the one before that does not. `null`: there is no such key.
   * Throws {@link KeyOver}.
   */
  async rotate(id: string, { hash, previousFor, expiresAt }: Rotation, author: KeyAuthor): Promise<StoredKey | null> {
    const rotated = await this.#inTurn(async (manager) => {
      const [before] = await manager.query<StoredKey[]>(sql.GET, [id]);
      if (!before) return null;
      if (before.revokedAt !== null) return new KeyOver('key-revoked', `the key ${id} was revoked: make another one`);
      const end = expiresAt ?? before.expiresAt;
      if (end !== null && end <= this.#database.clock.now()) {
        return new KeyOver('key-expired', `the key ${id} has expired: rotate it with a new expiresAt`);
      }
      const [after] = await manager.query<[StoredKey]>(sql.ROTATE, [id, hash, previousFor, expiresAt]);
      const change = { before: shown(before), after: shown(after) };
      await recordWithin(manager, { ...author, action: 'key.rotate', target: id, ...change });
      return after;
    });
    if (rotated instanceof KeyOver) throw rotated;
    return rotated;
  }

  /** For good; a second time changes nothing. False: there is no such key. */
  async revoke(id: string, author: KeyAuthor): Promise<boolean> {
    return this.#inTurn(async (manager) => {
      const [revoked] = await manager.query<StoredKey[]>(sql.REVOKE, [id]);
      if (!revoked) return (await manager.query<StoredKey[]>(sql.GET, [id])).length > 0;
      await recordWithin(manager, { ...author, action: 'key.revoke', target: id, before: shown(revoked) });
      return true;
    });
  }

  async get(id: string): Promise<StoredKey | null> {
    const [key] = await this.#database.coldQuery<StoredKey>(sql.GET, [id]);
    return key ?? null;
  }

  /** The newest first, revoked ones included. Throws {@link BadCursor}. */
  async list(limit: number, cursor?: string): Promise<Page<StoredKey>> {
    const after = cursor === undefined ? null : keyOf(cursor, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const keys = await this.#database.coldQuery<StoredKey>(sql.LIST, [limit + 1, after]);
    return pageOf(keys, limit, ({ id }) => id);
  }

  /** All changes after `revision`, oldest first, revoked keys included; 0: everything there is. None is ever missed. */
  async changedSince(revision: number): Promise<StoredKey[]> {
    return this.#database.coldQuery<StoredKey>(sql.CHANGED_SINCE, [revision]);
  }

  /** When keys were used last, epoch ms by id. Kept to the minute. */
  async noteUses(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.#database.coldQuery(sql.NOTE_USES, [[...uses.keys()], [...uses.values()]]);
  }

  #inTurn<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return reaching(
      this.#database.source.transaction(async (manager) => {
        await manager.query(sql.IN_TURN);
        return work(manager);
      }),
    );
  }
}

/** Whether a key was ever stored, be it revoked. For a process that has no {@link Database} of its own. */
export async function isAnyKeyStored(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000, query_timeout: 5_000 });
  return reaching(
    (async () => {
      await client.connect();
      try {
        const { rows } = await client.query<{ there: boolean }>(sql.ANY);
        return rows[0]?.there ?? false;
      } finally {
        await client.end();
      }
    })(),
  );
}

/** What the audit trail keeps of a key. */
function shown({ name, role, expiresAt, previousUntil }: StoredKey): JsonObject {
  return { name, role, expiresAt: instant(expiresAt), previousExpiresAt: instant(previousUntil) };
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
