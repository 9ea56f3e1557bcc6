import type { Hand } from './hand.js';
import type { RelaySettings } from './relay-options.js';

/** How often rows are looked for that may be deleted, ms. */
const PRUNE_EVERY = 60_000;
/** Longest pause of the relay as a whole, ms: this long after Skald or Postgres is back, at most, it goes on. */
const LONGEST_PAUSE = 5_000;

/** One run of a relay, from its start to its stop: takes rows as they come due and as there is room. */
export class Shift {
  readonly #work: Promise<void>;
  #isOver = false;
  /** How often in a row Postgres failed. */
  #outages = 0;
  #resumeAt = 0;
  #pruneAt = 0;

  constructor(
    private readonly hand: Hand,
    private readonly settings: RelaySettings,
  ) {
    this.#work = this.#run();
  }

  nudge(): void {
    this.hand.bell.ring();
  }

  /** Takes no more rows, and waits for those in hand. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.hand.bell.ring();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { hand, settings } = this;
    for (;;) {
      await this.#turn();
      // When Postgres is away, what could not be stored comes again when the lease is over.
      if (this.#isOver && !hand.isCalling && (!hand.hasEnded || this.#outages > 0)) return;
      const pause = this.#resumeAt - performance.now();
      await hand.bell.wait(pause > 0 ? Math.min(pause, settings.interval) : settings.interval);
    }
  }

  async #turn(): Promise<void> {
    const { hand } = this;
    const room = this.#isOver || performance.now() < this.#resumeAt ? 0 : hand.room;
    if (room === 0 && !hand.hasEnded) return;
    const troubles = hand.failures;
    try {
      await hand.turn(room);
      await this.#prune();
      this.#outages = 0;
      if (hand.failures > troubles) this.#pause(hand.failures);
    } catch (error) {
      if (this.#outages++ === 0) this.settings.onTrouble(error);
      this.#pause(this.#outages);
    }
  }

  #pause(troubles: number): void {
    const longest = Math.min(LONGEST_PAUSE, 50 * 2 ** troubles);
    this.#resumeAt = performance.now() + longest * (1 - Math.random() / 2);
  }

  async #prune(): Promise<void> {
    if (this.#isOver || performance.now() < this.#pruneAt) return;
    if (!(await this.hand.prune())) this.#pruneAt = performance.now() + PRUNE_EVERY;
  }
}
