import { And, IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import type { JsonObject } from '../saga/json.js';
import { recordWithin, type AuditRecord } from './audit.js';
import type { Database } from './database.js';
import { ParticipantRecord } from './entities.js';
import { reaching } from './errors.js';
import { keyOf, pageOf, type Page } from './page.js';

/**
 * A row that is no participant: what holds for all of them by default. It travels with them, so that whoever follows the
 * changes sees it in its turn; no participant can have this name.
 */
export const DEFAULTS_ROW = '*';

export interface StoredParticipant {
  readonly name: string;
  readonly spec: JsonObject;
  /** Grows with every change of any participant. */
  readonly revision: number;
  /** Epoch ms. */
  readonly updatedAt: number;
}

/** What the audit trail says of a change, given the specification before it. */
export type Auditing = (before: JsonObject | undefined) => AuditRecord;

/** What happened to one participant since a revision. `spec` `null`: it was deleted. */
export type ParticipantChange = Omit<StoredParticipant, 'spec'> & { readonly spec: JsonObject | null };

/** Endpoints and policies. Every process follows the changes by asking for what is newer than it has seen. */
export class Participants {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Adds it or replaces it as a whole.
   * @param audit what the audit trail says of it, given what was there before; in the same transaction
   */
  async put(name: string, spec: JsonObject, audit?: Auditing): Promise<StoredParticipant & { created: boolean }> {
    return this.#inTurn(async (manager, revision) => {
      const before = await manager.findOneBy(ParticipantRecord, { name, spec: Not(IsNull()) });
      const updatedAt = this.#now();
      await manager.upsert(ParticipantRecord, { name, spec, revision: String(revision), updatedAt }, ['name']);
      if (audit) await recordWithin(manager, audit(before?.spec as JsonObject | undefined));
      return { name, spec, revision, updatedAt: updatedAt.getTime(), created: before === null };
    });
  }

  /** False: there was none. */
  async delete(name: string, audit?: Auditing): Promise<boolean> {
    return this.#inTurn(async (manager, revision) => {
      const before = await manager.findOneBy(ParticipantRecord, { name, spec: Not(IsNull()) });
      if (!before) return false;
      const gone = { spec: null, revision: String(revision), updatedAt: this.#now() };
      await manager.update(ParticipantRecord, { name }, gone);
      if (audit) await recordWithin(manager, audit(before.spec as JsonObject));
      return true;
    });
  }

  async get(name: string): Promise<StoredParticipant | null> {
    const record = await reaching(this.#records.findOneBy({ name, spec: Not(IsNull()) }));
    return record && present(record);
  }

  /** By name, without the defaults. Throws {@link BadCursor}. */
  async list(limit: number, cursor?: string): Promise<Page<StoredParticipant>> {
    const after = cursor === undefined ? '' : keyOf(cursor, /^[^\0]{1,200}$/);
    const records = await reaching(
      this.#records.find({
        where: { name: And(MoreThan(after), Not(DEFAULTS_ROW)), spec: Not(IsNull()) },
        order: { name: 'asc' },
        take: limit + 1,
      }),
    );
    return pageOf(records.map(present), limit, (participant) => participant.name);
  }

  /** All changes after `revision`, oldest first; 0: everything there is. None is ever missed. */
  async changedSince(revision: number): Promise<ParticipantChange[]> {
    const records = await reaching(
      this.#records.find({ where: { revision: MoreThan(String(revision)) }, order: { revision: 'asc' } }),
    );
    return records.map((record) => ({ ...present(record), spec: record.spec as JsonObject | null }));
  }

  #now(): Date {
    return new Date(this.#database.clock.now());
  }

  get #records() {
    return this.#database.source.getRepository(ParticipantRecord);
  }

  /**
   * Writers take turns, so that revisions become visible in their order: whoever has seen revision n has seen all below.
   */
  #inTurn<T>(work: (manager: EntityManager, revision: number) => Promise<T>): Promise<T> {
    return reaching(
      this.#database.source.transaction(async (manager) => {
        await manager.query('lock table skald.participants in share row exclusive mode');
        const [latest] = await manager.query<[{ revision: string | null }]>(
          'select max(revision) as revision from skald.participants',
        );
        return work(manager, Number(latest.revision ?? 0) + 1);
      }),
    );
  }
}

function present(record: ParticipantRecord): StoredParticipant {
  return {
    name: record.name,
    spec: record.spec as JsonObject,
    revision: Number(record.revision),
    updatedAt: record.updatedAt.getTime(),
  };
}
