import type { EntityManager } from 'typeorm';
import type { Json } from '../saga/json.js';
import type { Database } from './database.js';
import { reaching } from './errors.js';

/** Who did what, to what, and why. Written in the transaction of what was done. */
export interface AuditRecord {
  /** `key:<id>`, `token:<subject>`, `env:<role>`, `anonymous`, or a part of the server such as `bulk:<id>`. */
  readonly actor: string;
  /** What was done: `saga.retry`, `participant.put`, `key.create` … */
  readonly action: string;
  /** The saga it was done to, if it was one. */
  readonly saga?: string | null;
  /** What else it was done to: a participant's name, a key's id … */
  readonly target?: string | null;
  readonly reason?: string | null;
  /** How things were, and how they are since; never with a secret in it. */
  readonly before?: Json;
  readonly after?: Json;
  readonly requestId?: string | null;
}

/** The trail: rows are added at the end and never change; each holds the hash of the one before. */
export class Audit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In a transaction of its own: for what has no other. */
  async write(record: AuditRecord): Promise<void> {
    await reaching(this.#database.source.transaction((manager) => recordWithin(manager, record)));
  }
}

/**
 * In the transaction of `manager`, as its LAST statement: rows are chained, so their writers take turns, and whoever has
 * its turn must not wait for anything else.
 */
export async function recordWithin(manager: EntityManager, record: AuditRecord): Promise<void> {
  await manager.query(
    `insert into skald.audit (actor, action, saga_id, target, reason, before, after, request_id)
      values ($1, $2, $3, $4, $5, $6::json, $7::json, $8)`,
    [
      record.actor,
      record.action,
      record.saga ?? null,
      record.target ?? null,
      record.reason ?? null,
      json(record.before),
      json(record.after),
      record.requestId ?? null,
    ],
  );
}

function json(value: Json | undefined): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
