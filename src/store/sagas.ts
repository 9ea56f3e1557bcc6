import type { StepError } from '../saga/reply.js';
import type { SagaStatus } from '../saga/state.js';
import { arrayLiteral } from './array-literal.js';
import type { Database } from './database.js';
import type { Attention, RowChange } from './entry.js';
import { storableJson } from './storable-json.js';
import {
  CLAIM,
  CLAIM_DUE,
  COUNT_OPEN,
  EXTEND,
  MAKE_DUE,
  OLDEST_DUE,
  OVERDUE,
  PARK,
  RELEASE,
  SET_ASIDE,
} from './sagas-sql.js';

/** A saga that the sweep has taken over. */
export interface Claimed {
  readonly id: string;
  /** It had been asleep. False: its driver went silent. */
  readonly wasParked: boolean;
  /** Takeovers from silent drivers since it last parked. */
  readonly recoveries: number;
}

export interface SagaStats {
  /** How many sagas are not finished, by status; a status that is absent has none. */
  readonly open: { readonly [status in SagaStatus]?: number };
  /** Sagas that should be driven now and are not. */
  readonly dueBacklog: number;
  /** How long the first of them has waited, ms; 0 when there is none. */
  readonly oldestDueAge: number;
}

/** Who drives which saga, and until when: the hot columns of `skald.sagas`. Only the database's clock counts here. */
export class Sagas {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes over those of the sagas that nobody drives: asleep and due, or with a lease that is nearly half used up, so
   * that a hint for a saga in good hands is no reason to take it. Sagas that somebody is claiming are passed over.
   */
  async claim(ids: readonly string[], leaseMs: number): Promise<Claimed[]> {
    return this.#database.query<Claimed & { id: string }>(CLAIM, [arrayLiteral(ids, (id) => id), leaseMs]);
  }

  /** The sweep: takes over sagas that are due, the longest overdue first. */
  async claimDue(limit: number, leaseMs: number): Promise<Claimed[]> {
    return this.#database.query<Claimed & { id: string }>(CLAIM_DUE, [limit, leaseMs]);
  }

  /** The heart-beat of the sagas being driven. One that is missing from the answer is not ours to drive any more. */
  async extend(ids: readonly string[], leaseMs: number): Promise<{ id: string; seq: number }[]> {
    return this.#database.query(EXTEND, [arrayLiteral(ids, (id) => id), leaseMs]);
  }

  /** For sagas whose wake-up got lost: the next sweep takes them. */
  async makeDue(ids: readonly string[]): Promise<void> {
    await this.#database.query(MAKE_DUE, [arrayLiteral(ids, (id) => id)]);
  }

  /**
   * Puts a saga to sleep without an entry, as its driver has seen it at `seq`. False: it has moved on or was woken since,
   * or is finished or paused: look again.
   */
  async park(id: string, seq: number, row: RowChange): Promise<boolean> {
    const due = typeof row.due === 'number' ? row.due : null;
    const attention = row.attention && storableJson(row.attention);
    const [parked] = await this.#database.query<{ parked: boolean }>(PARK, [id, seq, row.status, due, attention]);
    return parked?.parked ?? false;
  }

  /** Gives a saga back without an entry. `parked`: it may sleep for `delayMs`; otherwise that is what is left of the lease. */
  async release(id: string, delayMs: number, parked: boolean): Promise<void> {
    await this.#database.query(RELEASE, [id, delayMs, parked]);
  }

  /**
   * Takes a saga out of the sweep that breaks whoever drives it: an entry that says so, and the row is `stuck`. Needs
   * nothing from its journal but the last number. False: it is finished or stuck already.
   */
  async setAside(id: string, error: StepError): Promise<boolean> {
    const facts = JSON.stringify([{ type: 'saga-set-aside', error }]);
    const attention: Attention = {
      ...{ kind: 'stuck', step: null, participant: null, operation: null },
      ...error,
      since: Math.floor(this.#database.clock.now()),
    };
    for (let attempt = 0; attempt < 5; attempt++) {
      const [row] = await this.#database.query<{ written: boolean; open: boolean }>(SET_ASIDE, [
        id,
        facts,
        JSON.stringify(attention),
      ]);
      if (!row?.open) return false;
      if (row.written) return true;
      // Its driver is alive and wrote that number first.
    }
    throw new Error(`saga ${id} could not be set aside: somebody keeps appending to it`);
  }

  /** How long the most overdue saga has been due, in ms; 0 when none is. */
  async oldestDueAge(): Promise<number> {
    const [oldest] = await this.#database.query<{ age: number }>(OLDEST_DUE, []);
    return oldest?.age ?? 0;
  }

  /** Counts what is open; grows with the number of open sagas, not with the size of the table. */
  async stats(): Promise<SagaStats> {
    const [counts, [overdue]] = await Promise.all([
      this.#database.query<{ status: SagaStatus; count: number }>(COUNT_OPEN, []),
      this.#database.query<{ count: number; age: number }>(OVERDUE, []),
    ]);
    return {
      open: Object.fromEntries(counts.map(({ status, count }) => [status, count])),
      dueBacklog: overdue?.count ?? 0,
      oldestDueAge: overdue?.age ?? 0,
    };
  }
}
