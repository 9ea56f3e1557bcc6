import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Entry } from '../saga/facts.js';
import type { Append, Appended, Start, Started } from './entry.js';
import type { Database } from './database.js';
import type { Fence } from './flush.js';
import { GroupCommit, type FlushObserver } from './group-commit.js';
import { JournalReader } from './journal-reader.js';
import type { SagaRow } from './saga-row.js';
import { Writer } from './writer.js';

export interface JournalOptions {
  /** ms until a saga whose driver went silent is looked at by another. Default 10 s. */
  readonly lease?: number;
  /** How long entries wait for a Postgres that is away, ms. Default 5 s for starts, 30 s for appends. */
  readonly patience?: { readonly start?: number; readonly append?: number };
  /** Default `on`. */
  readonly fence?: Fence;
  readonly observer?: FlushObserver;
}

const DEFAULT_LEASE = 10_000;
const START_PATIENCE = 5_000;
const APPEND_PATIENCE = 30_000;

/** The journals of all sagas: the only truth. Entries are written through the group commit and never change. */
export class Journal {
  readonly #commit: GroupCommit;
  readonly #reader: JournalReader;
  readonly #patience: { readonly start: number; readonly append: number };
  /** Unique over processes and restarts as far as one number of one saga is concerned. */
  #lastAppendId = randomInt(2 ** 47) * 32;

  constructor(database: Database, options: JournalOptions = {}) {
    const context = {
      writer: new Writer(database),
      clock: database.clock,
      lease: options.lease ?? DEFAULT_LEASE,
      fence: options.fence ?? 'on',
    };
    this.#commit = new GroupCommit(context, options.observer);
    this.#reader = new JournalReader(database);
    this.#patience = {
      start: options.patience?.start ?? START_PATIENCE,
      append: options.patience?.append ?? APPEND_PATIENCE,
    };
  }

  /**
   * Settles when the entry is durable or has lost its number to another driver. Rejects with {@link StoreUnavailable}
   * when patience is over (`inDoubt` says whether it may be durable all the same) and with {@link EntryRefused} when
   * Postgres refuses what it holds, or that a finished saga changes.
   */
  append(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#commit.submit({
        kind: 'append',
        append,
        sagaId: append.sagaId.toLowerCase(),
        seq: append.seq,
        by: append.by,
        facts: JSON.stringify(append.facts),
        ...this.#pending(append.patience ?? this.#patience.append),
        resolve,
        reject,
      });
    });
  }

  /** The same for the first entry of a saga, together with its row and its keys: all of it or nothing. */
  start(start: Start): Promise<Started> {
    return new Promise((resolve, reject) => {
      this.#commit.submit({
        kind: 'start',
        start,
        sagaId: start.sagaId.toLowerCase(),
        seq: 1,
        by: start.by,
        facts: JSON.stringify([start.fact]),
        ...this.#pending(start.patience ?? this.#patience.start),
        resolve,
        reject,
      });
    });
  }

  /** A saga's row and all its entries, as of one moment; `null`: there is no such saga. */
  read(sagaId: string): Promise<{ entries: Entry[]; row: SagaRow } | null> {
    return this.#reader.read(sagaId);
  }

  /** The rows of those that exist, in no particular order. */
  readRows(ids: readonly string[]): Promise<SagaRow[]> {
    return this.#reader.readRows(ids);
  }

  /** For how long the oldest entry has been on its way, in ms. @param now monotonic, in ms */
  oldestWait(now: number): number {
    return this.#commit.oldestWait(now);
  }

  /** Writes what is queued and lets go of the connection. Nothing may be appended afterwards. */
  close(): Promise<void> {
    return this.#commit.close();
  }

  #pending(patience: number) {
    this.#lastAppendId += 1;
    const submittedAt = performance.now();
    return {
      appendId: this.#lastAppendId,
      submittedAt,
      patienceEnds: submittedAt + patience,
      notBefore: 0,
      sent: false,
      settled: false,
    };
  }
}
