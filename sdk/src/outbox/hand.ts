import type { SqlSession } from '../sql/session.js';
import { Bell } from './bell.js';
import { deliver, KEY_IS_OLD, type SagaStarter } from './delivery.js';
import type { Outcome } from './outcome.js';
import type { RelaySettings } from './relay-options.js';
import { readRow, type OutboxRow } from './row.js';
import type { OutboxStatements } from './statements.js';

/** A delivery that has ended, with what its row has to keep of it. */
interface Ended {
  readonly row: OutboxRow;
  readonly outcome: Outcome;
  /** Until the row is tried again, ms. */
  readonly pause: number;
}

/** How many rows came to what. */
export interface Delivered {
  readonly started: number;
  readonly refused: number;
  /** Tries that came to nothing, though another one may. */
  readonly postponed: number;
}

/** Does some work in a transaction of its own. */
export type Transact = <Result>(work: (session: SqlSession) => Promise<Result>) => Promise<Result>;

/** Rows that are deleted at once. */
const PAGE = 1_000;

/**
 * The rows that a relay has in hand: it takes them, has them delivered side by side, and stores what came of that.
 * No transaction is open while it waits for Skald. Whatever is lost on the way comes again when the lease is over, with
 * the same key.
 */
export class Hand {
  /** Rung when a delivery has ended. */
  readonly bell = new Bell();
  readonly delivered = { started: 0, refused: 0, postponed: 0 };
  /** How often in a row Skald took nothing at all. */
  failures = 0;
  #calls = 0;
  readonly #ended: Ended[] = [];

  constructor(
    private readonly transact: Transact,
    private readonly statements: OutboxStatements,
    private readonly skald: SagaStarter,
    private readonly settings: RelaySettings,
  ) {}

  /** How many rows it may take: one at a time while Skald takes nothing. */
  get room(): number {
    return Math.max(0, (this.failures > 0 ? 1 : this.settings.concurrency) - this.#calls);
  }

  get isCalling(): boolean {
    return this.#calls > 0;
  }

  /** Whether a delivery has ended that is not stored yet. */
  get hasEnded(): boolean {
    return this.#ended.length > 0;
  }

  /**
   * Stores what has ended, takes up to so many rows that are due, and sends them on their way.
   * @returns how many it took
   * @throws what the database throws; then all is as before, or comes again when the lease is over
   */
  async turn(room: number): Promise<number> {
    const ended = [...this.#ended];
    const { statements, settings } = this;
    const { stored, claimed } = await this.transact(async (session) => {
      const storable = JSON.stringify(ended.map(storableOf));
      return {
        stored: ended.length === 0 ? [] : await session.query(statements.settle, [storable]),
        claimed: room === 0 ? [] : await session.query(statements.claim, [room, settings.lease, KEY_IS_OLD]),
      };
    });
    for (const { row, isOld } of claimed) void this.#send(readRow(row), isOld === true);
    this.#ended.splice(0, ended.length);
    this.#reckon(ended, new Set(stored.map(({ id }) => id)));
    return claimed.length;
  }

  /** Deletes a page of what was delivered long ago. @returns whether there may be more */
  async prune(): Promise<boolean> {
    const values = [this.settings.keepFor, PAGE];
    const [row] = await this.transact((session) => session.query(this.statements.prune, values));
    return Number(row?.['count']) === PAGE;
  }

  async #send(row: OutboxRow, isOld: boolean): Promise<void> {
    this.#calls++;
    const outcome = await deliver(this.skald, row, isOld, this.settings.timeout);
    this.#calls--;
    this.#ended.push({ row, outcome, pause: this.#pause(row, outcome) });
    this.bell.ring();
  }

  #pause({ tries }: OutboxRow, outcome: Outcome): number {
    if (outcome.state !== 'postponed') return 0;
    const { firstPause, longestPause } = this.settings;
    const pause = Math.min(longestPause, firstPause * 2 ** (tries - 1));
    return Math.max(outcome.atLeast, pause * (1 - Math.random() / 2));
  }

  #reckon(ended: readonly Ended[], stored: ReadonlySet<unknown>): void {
    const { onStarted, onRefused, onTrouble } = this.settings;
    for (const { row, outcome } of ended) {
      if (!stored.has(row.id)) continue; // another relay has told of it, or has it in hand
      this.delivered[outcome.state]++;
      if (outcome.state === 'started') this.#tell(() => onStarted(row, outcome.sagaId));
      if (outcome.state === 'refused') this.#tell(() => onRefused(row, outcome.problem));
    }
    const general = ended.flatMap(({ outcome }) =>
      outcome.state === 'postponed' && outcome.isGeneral ? [outcome] : [],
    );
    if (general.length < ended.length) this.failures = 0;
    else if (general[0] && this.failures++ === 0) onTrouble(general[0].error);
  }

  #tell(listener: () => unknown): void {
    void (async () => {
      await listener();
    })().catch(this.settings.onTrouble);
  }
}

function storableOf({ row, outcome, pause }: Ended): object {
  const { id, tries } = row;
  switch (outcome.state) {
    case 'started':
      return { id, tries, pause, state: 'started', sagaId: outcome.sagaId };
    case 'refused':
      return { id, tries, pause, state: 'refused', problem: outcome.problem };
    case 'postponed':
      return { id, tries, pause, state: 'pending', problem: outcome.problem };
  }
}
