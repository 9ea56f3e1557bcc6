import type { Database, Statement } from './database.js';

const FIND: Statement = {
  name: 'find-idempotency-key',
  text: `select saga_id as "sagaId", fingerprint from skald.idempotency_keys where scope = $1 and key_hash = $2`,
};

/** By the row's address, so that each batch touches no more rows than it deletes; the BRIN index finds the old ones. */
const FORGET = `
  with old as (
    select ctid from skald.idempotency_keys where created_at < now() - $1::int * interval '1 ms' limit $2
  ), gone as (
    delete from skald.idempotency_keys using old where idempotency_keys.ctid = old.ctid returning 1
  )
  select count(*)::int as count from gone`;

const KEEP_FOR = 48 * 3_600_000;
const BATCH = 1_000;

/** The keys under which sagas were started. They are claimed by the start itself (`Journal.start`). */
export class IdempotencyKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The saga started under this key, and what its request's body looked like; `null`: the key is free. */
  async find(scope: string, keyHash: Buffer): Promise<{ sagaId: string; fingerprint: Buffer } | null> {
    const [row] = await this.#database.query<{ sagaId: string; fingerprint: Buffer }>(FIND, [scope, keyHash]);
    return row ?? null;
  }

  /** Deletes keys older than 48 h (the contract promises 24), in small batches. Returns how many. */
  async forgetOld(keepForMs: number = KEEP_FOR): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const [row] = await this.#database.coldQuery<{ count: number }>(FORGET, [keepForMs, BATCH]);
      forgotten += row?.count ?? 0;
      if ((row?.count ?? 0) < BATCH) return forgotten;
    }
  }
}
