import type { Entry, Fact } from '../saga/facts.js';
import { arrayLiteral } from './array-literal.js';
import type { Database, Statement } from './database.js';
import { SAGA_COLUMNS, type SagaRow, UUID } from './saga-row.js';

export interface SagaRecord {
  readonly row: SagaRow;
  readonly entries: Entry[];
}

/** The entries of each saga come as one JSON text `[[seq, at, by, facts], …]`: one parse, and no row per entry. */
const READ: Statement = {
  name: 'read',
  text: `
    select ${SAGA_COLUMNS}, (
      select json_agg(json_build_array(entry.seq, (extract(epoch from entry.at) * 1000)::float8, entry.by, entry.facts)
        order by entry.seq)::text
      from skald.journal entry where entry.saga_id = saga.id
    ) as entries
    from unnest($1::uuid[]) as wanted (id) join skald.sagas saga on saga.id = wanted.id`,
};

const READ_ROWS: Statement = {
  name: 'read-rows',
  text: `select ${SAGA_COLUMNS} from unnest($1::uuid[]) as wanted (id) join skald.sagas saga on saga.id = wanted.id`,
};

/** Queries on their way at the same time, and sagas in one of them. */
const MOST_QUERIES = 2;
const MOST_SAGAS = 64;

interface Wanted {
  readonly id: string;
  readonly resolve: (record: SagaRecord | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads sagas. Those that are asked for while earlier queries are on their way travel together in the next one. */
export class JournalReader {
  readonly #database: Database;
  #wanted: Wanted[] = [];
  #queries = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(id: string): Promise<SagaRecord | null> {
    // What is no id would make Postgres refuse the query, and with it everybody else's reads.
    if (!UUID.test(id)) return null;
    return new Promise((resolve, reject) => {
      this.#wanted.push({ id, resolve, reject });
      if (this.#wanted.length === 1) queueMicrotask(() => this.#send());
    });
  }

  /** Those that exist, in no particular order. */
  async readRows(ids: readonly string[]): Promise<SagaRow[]> {
    const known = ids.filter((id) => UUID.test(id));
    return known.length === 0 ? [] : this.#database.query<SagaRow>(READ_ROWS, [arrayLiteral(known, (id) => id)]);
  }

  /** Those that exist, by id. */
  async readMany(ids: readonly string[]): Promise<Map<string, SagaRecord>> {
    const unique = [...new Set(ids)].filter((id) => UUID.test(id));
    const rows = await this.#database.query<SagaRow & { entries: string | null }>(READ, [
      arrayLiteral(unique, (id) => id),
    ]);
    return new Map(rows.map(({ entries, ...row }) => [row.id, { row, entries: parsed(entries) }]));
  }

  #send(): void {
    while (this.#queries < MOST_QUERIES && this.#wanted.length > 0) {
      void this.#query(this.#wanted.splice(0, MOST_SAGAS));
    }
  }

  async #query(wanted: readonly Wanted[]): Promise<void> {
    this.#queries++;
    try {
      const records = await this.readMany(wanted.map((w) => w.id));
      for (const { id, resolve } of wanted) resolve(records.get(id.toLowerCase()) ?? null);
    } catch (error) {
      for (const { reject } of wanted) reject(error);
    } finally {
      this.#queries--;
      this.#send();
    }
  }
}

function parsed(entries: string | null): Entry[] {
  const rows = JSON.parse(entries ?? '[]') as [number, number, string, Fact[]][];
  return rows.map(([seq, at, by, facts]) => ({ seq, at, by, facts }));
}
