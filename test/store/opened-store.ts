import { uuidv7 } from 'uuidv7';
import type { SagaStarted } from '../../src/saga/facts.js';
import type { Append, Appended, RowChange, Start, Started } from '../../src/store/entry.js';
import { Database, type DatabaseOptions } from '../../src/store/database.js';
import { Journal, type JournalOptions } from '../../src/store/journal.js';
import { freshDatabase } from '../support/database.js';

/** A database of the test's own, and whatever was opened on it; everything goes with {@link OpenedStore.drop}. */
export class OpenedStore {
  readonly #open: { close(): Promise<void> }[] = [];

  private constructor(
    readonly url: string,
    readonly database: Database,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async open(): Promise<OpenedStore> {
    const fresh = await freshDatabase();
    const database = new Database({ url: fresh.url });
    await database.connect();
    return new OpenedStore(fresh.url, database, () => fresh.drop());
  }

  /** Like a journal in another process: it has a connection of its own. */
  journal(options?: JournalOptions, database: Database = this.database): Journal {
    const journal = new Journal(database, options);
    this.#open.unshift(journal);
    return journal;
  }

  /** Another way to the same database. */
  async another(options: Partial<DatabaseOptions>): Promise<Database> {
    const database = new Database({ url: this.url, ...options });
    this.#open.push(database);
    await database.connect();
    return database;
  }

  sql<R = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<R[]> {
    return this.database.coldQuery<R>(text, values);
  }

  async drop(): Promise<void> {
    for (const it of this.#open) await it.close();
    await this.database.close();
    await this.dropDatabase();
  }
}

export const row = (change: Partial<RowChange> = {}): RowChange => ({
  ...{ status: 'running', paused: false, parked: false, due: 'lease', finished: false, attention: null },
  ...change,
});

export const COMPLETED = row({ status: 'completed', due: null, finished: true });

export const append = (sagaId: string, seq: number, more: Partial<Append> = {}): Append => ({
  ...{ sagaId, seq, by: 'engine', facts: [{ type: 'step-entered', step: `step-${seq}` }] },
  ...more,
});

type StartDetails = Partial<Omit<Start, 'fact'>> & { readonly fact?: Partial<SagaStarted> };

export function start(more: StartDetails = {}): Start {
  const sagaId = more.sagaId ?? uuidv7();
  const { fact, ...rest } = more;
  return {
    ...{ sagaId, by: 'api', rootId: sagaId, due: 'lease' },
    ...rest,
    fact: { type: 'saga-started', definition: 'place-order', version: 1, input: null, ...fact },
  };
}

/** A saga that has its first entry; returns its id. */
export async function begin(journal: Journal, more?: StartDetails): Promise<string> {
  const wanted = start(more);
  const started = await journal.start(wanted);
  if (started.outcome !== 'started') throw new Error(`not started: ${started.outcome}`);
  return wanted.sagaId;
}

export function tally(outcomes: readonly (Appended | Started)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
