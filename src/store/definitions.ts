import { performance } from 'node:perf_hooks';
import type { JsonObject } from '../saga/json.js';
import { recordWithin, type AuditRecord } from './audit.js';
import type { Database } from './database.js';
import { DefinitionRecord } from './entities.js';
import { reaching } from './errors.js';
import { keyOf, pageOf, type Page } from './page.js';

export interface StoredDefinition {
  readonly name: string;
  /** 1, 2, 3 … */
  readonly version: number;
  readonly source: JsonObject;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** How long another process's new version may go unnoticed, ms. */
const LATEST_FOR = 1_000;
/** Versions never change, so they are kept as long as there is room. */
const MOST_KEPT = 1_000;

/**
 * The version after the latest, unless this content is stored already. Two processes that store at once collide on the
 * primary key or on the hash: the later one inserts nothing, and looks again.
 */
const PUT = `
  insert into skald.definitions (name, version, hash, source)
  select $1::text, coalesce(max(version), 0) + 1, $2::text, $3::json from skald.definitions where name = $1
  having count(*) filter (where hash = $2) = 0
  on conflict do nothing
  returning version`;

/** Stored definitions. A version never changes once it is stored. */
export class Definitions {
  readonly #database: Database;
  readonly #kept = new Map<string, StoredDefinition>();
  readonly #looking = new Map<string, Promise<StoredDefinition | null>>();
  readonly #latest = new Map<string, { readonly version: number; readonly until: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param hash of the canonical form: the same content is the same version
   * @param audit what the audit trail says of a new version, in the same transaction
   */
  async put(
    source: JsonObject & { readonly name: string },
    hash: string,
    audit?: (version: number) => AuditRecord,
  ): Promise<{ name: string; version: number; created: boolean }> {
    const { name } = source;
    for (;;) {
      const row = await reaching(
        this.#database.source.transaction(async (manager) => {
          const [added] = await manager.query<{ version: number }[]>(PUT, [name, hash, JSON.stringify(source)]);
          if (added && audit) await recordWithin(manager, audit(added.version));
          return added;
        }),
      );
      this.#latest.delete(name);
      if (row) return { name, version: row.version, created: true };
      const same = await reaching(this.#records.findOneBy({ name, hash }));
      if (same) return { name, version: same.version, created: false };
    }
  }

  /** Without a version: the latest, at most a second old. `null`: there is none. */
  async get(name: string, version?: number): Promise<StoredDefinition | null> {
    const wanted = version ?? this.#latestOf(name);
    const kept = wanted === undefined ? undefined : this.#kept.get(keyFor(name, wanted));
    return kept ?? this.#lookUp(name, version);
  }

  /** Those who ask for the same at the same moment share one look. */
  #lookUp(name: string, version?: number): Promise<StoredDefinition | null> {
    const key = keyFor(name, version);
    const looking = this.#looking.get(key) ?? this.#read(name, version).finally(() => this.#looking.delete(key));
    this.#looking.set(key, looking);
    return looking;
  }

  async #read(name: string, version?: number): Promise<StoredDefinition | null> {
    const where = version === undefined ? { name } : { name, version };
    const record = await reaching(this.#records.findOne({ where, order: { version: 'desc' } }));
    if (!record) return null;
    if (version === undefined) {
      this.#latest.set(name, { version: record.version, until: performance.now() + LATEST_FOR });
    }
    return this.#keep(stored(record));
  }

  /** The latest version of each, by name. Throws {@link BadCursor}. */
  async list(limit: number, cursor?: string): Promise<Page<StoredDefinition>> {
    const after = cursor === undefined ? '' : keyOf(cursor, /^[a-z][a-z0-9-]*$/);
    const records = await reaching(
      this.#records
        .createQueryBuilder('definition')
        .distinctOn(['definition.name'])
        .where('definition.name > :after', { after })
        .orderBy('definition.name', 'ASC')
        .addOrderBy('definition.version', 'DESC')
        .limit(limit + 1)
        .getMany(),
    );
    return pageOf(records.map(stored), limit, (definition) => definition.name);
  }

  get #records() {
    return this.#database.source.getRepository(DefinitionRecord);
  }

  #latestOf(name: string): number | undefined {
    const latest = this.#latest.get(name);
    return latest && performance.now() < latest.until ? latest.version : undefined;
  }

  #keep(definition: StoredDefinition): StoredDefinition {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(keyFor(definition.name, definition.version), definition);
    return definition;
  }
}

function keyFor(name: string, version: number | undefined): string {
  return `${name}@${version ?? 'latest'}`;
}

function stored({ name, version, source, createdAt }: DefinitionRecord): StoredDefinition {
  return { name, version, source, createdAt: createdAt.getTime() };
}
