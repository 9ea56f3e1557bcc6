import type { Database } from './database.js';
import { JournalReader, type SagaRecord } from './journal-reader.js';
import { pageOf, type Page } from './page.js';
import { conditions, type SagaFilter } from './saga-conditions.js';
import { SAGA_COLUMNS, type SagaRow } from './saga-row.js';

/** Lists of sagas for people: newest first, off the hot path. */
export class SagaList {
  readonly #database: Database;
  readonly #reader: JournalReader;

  constructor(database: Database) {
    this.#database = database;
    this.#reader = new JournalReader(database);
  }

  /**
   * @param limit 1–200
   * @param cursor `nextCursor` of the page before; throws {@link BadCursor} when it is none of ours
   */
  async find(filter: SagaFilter, limit: number, cursor?: string): Promise<Page<SagaRow>> {
    // No stored text holds a NUL, and Postgres would not even compare with one.
    if (JSON.stringify(filter).includes('\\u0000')) return { items: [], nextCursor: null };
    const { where, values } = conditions(filter, cursor);
    const rows = await this.#database.coldQuery<SagaRow>(
      `select ${SAGA_COLUMNS} from skald.sagas saga ${where} order by saga.id desc limit ${Math.trunc(limit) + 1}`,
      values,
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** Rows and journals of those that exist, in the order of the ids. */
  async readMany(ids: readonly string[]): Promise<SagaRecord[]> {
    const records = await this.#reader.readMany(ids);
    return ids.flatMap((id) => records.get(id) ?? []);
  }
}
