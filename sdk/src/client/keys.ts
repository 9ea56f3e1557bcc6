import type { Duration } from '../duration.js';
import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import { allPages, type ListOptions } from './pages.js';
import { textsOf } from './saga-filter.js';

/** What a key lets its holder do; each role may do all that those before it may. */
export type Role = 'viewer' | 'submitter' | 'operator' | 'admin';

/** What a key is to be. */
export interface NewKey {
  /** For people, e.g. the service that gets it. */
  readonly name: string;
  readonly role: Role;
  /** Default: it doesn't expire. */
  readonly expiresAt?: Date | string;
}

/** An API key as Skald keeps it; instants. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  /** Who made it. */
  readonly createdBy: string;
  /** `null`: it doesn't end by itself. */
  readonly expiresAt: string | null;
  /** Until when the text before the last rotation works; `null`: it was not rotated. */
  readonly previousExpiresAt: string | null;
  /** `null`: it counts, unless it has expired. */
  readonly revokedAt: string | null;
  /** To the minute; `null`: never. */
  readonly lastUsedAt: string | null;
}

/** A key with its text, which is shown this once and kept nowhere. */
export interface IssuedKey extends ApiKey {
  /** For `Authorization: Bearer …`. */
  readonly key: string;
  /** What changes with the first key that is stored. */
  readonly notice?: string;
}

/** API keys. Role `admin`. */
export class Keys {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Makes a key. After a lost answer the client does not repeat it by itself: there may be a key whose text nobody has.
   * The first key of an installation switches authentication on.
   */
  async create({ expiresAt, ...key }: NewKey, options: CallOptions = {}): Promise<IssuedKey> {
    const json = { ...key, ...textsOf({ expiresAt }) };
    return this.#connection.ask({
      ...options,
      method: 'POST',
      path: '/v1/admin/keys',
      json,
      repeatable: 'if-without-effect',
    });
  }

  /** All keys, the newest first, also those that were revoked; without their texts. */
  list(options: ListOptions = {}): AsyncGenerator<ApiKey, void, undefined> {
    return allPages(this.#connection, '/v1/admin/keys', options);
  }

  /** @throws {ProblemError} `unknown-key` */
  async get(id: string, options: CallOptions = {}): Promise<ApiKey> {
    return this.#connection.ask({ ...options, method: 'GET', path: path`/v1/admin/keys/${id}` });
  }

  /** Takes a key back: it opens nothing any more within two seconds. Safe to repeat. */
  async revoke(id: string, options: CallOptions = {}): Promise<void> {
    await this.#connection.ask({ ...options, method: 'DELETE', path: path`/v1/admin/keys/${id}` });
  }

  /**
   * Gives a key a new text; the one before works on for a while.
   *
   * `expiresPreviousAfter`: for how long. Default `24h`.
   */
  async rotate(
    id: string,
    { expiresPreviousAfter, ...options }: CallOptions & { readonly expiresPreviousAfter?: Duration } = {},
  ): Promise<IssuedKey> {
    const after = typeof expiresPreviousAfter === 'number' ? `${expiresPreviousAfter}ms` : expiresPreviousAfter;
    return this.#connection.ask({
      ...options,
      method: 'POST',
      path: path`/v1/admin/keys/${id}/rotate`,
      json: textsOf({ expiresPreviousAfter: after }),
      repeatable: 'if-without-effect',
    });
  }
}
