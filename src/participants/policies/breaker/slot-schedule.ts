import type { Cadence } from './cadence.js';

/**
 * A call this early goes out now: to park it would cost more than it spares. Those that were told when to come don't come
 * to the ms either. It makes a tenth more of a second's calls at most. In ms.
 */
const EARLINESS = 100;

/** Slots are given this far ahead, or as far beyond the start. In ms. */
const HORIZON = 120_000;

/**
 * Hands out the permits of a cadence, each once: calls that come unasked get the next one, now or as a slot in time; calls
 * that were given a slot before pass, here or in another process, as long as they come no faster than that.
 */
export class SlotSchedule {
  private overflow = 0;
  /** Permits that slots and calls that passed have used, counted in the cadence's own numbers. */
  private booked: number;
  /** Permits that calls which passed have used; kept apart, for most slots lie ahead. */
  private passed = 0;

  /** @param waiting calls that have slots already and are still to come */
  constructor(
    private readonly cadence: Cadence,
    waiting = 0,
  ) {
    this.booked = waiting;
  }

  /** Ms to wait, or `null`: may go out now. */
  take(isPaced: boolean, at: number): number | null {
    const due = this.cadence.permitsBy(at);
    const taken = isPaced ? this.passed : Math.max(this.booked, this.passed);
    if (taken > this.cadence.permitsBy(at + EARLINESS)) return this.book(at);
    this.passed = Math.max(this.passed, due) + 1;
    if (!isPaced) this.booked = Math.max(taken, due) + 1;
    return null;
  }

  /**
   * A slot to come at, in ms from `at`. When there is none before the horizon: a time in its farther half to ask again,
   * spread at the full pace.
   */
  book(at: number): number {
    const taken = this.takenBy(at);
    const origin = Math.max(at, this.cadence.start);
    const due = this.cadence.dueAt(taken);
    if (due <= origin + HORIZON) {
      this.booked = taken + 1;
      return Math.max(1, Math.ceil(due - at));
    }
    const further = (this.overflow * (1000 / this.cadence.reference)) % (HORIZON / 2);
    this.overflow += 1;
    return Math.ceil(origin - at + HORIZON / 2 + further);
  }

  /** There are slots before the horizon. */
  hasSlots(at: number): boolean {
    return this.cadence.dueAt(this.takenBy(at)) <= Math.max(at, this.cadence.start) + HORIZON;
  }

  /** Others get this many permits of the next slots. */
  setAside(permits: number, at: number): void {
    this.booked = Math.max(this.booked, this.cadence.permitsBy(at)) + permits;
  }

  /** Others went out on this many permits. However many they are, it is made up for soon after they have stopped. */
  standBack(permits: number, at: number): void {
    const most = this.cadence.permitsBy(at + 2 * EARLINESS);
    this.passed = Math.min(Math.max(this.passed, this.cadence.permitsBy(at)) + permits, Math.max(most, this.passed));
  }

  /** Calls that have slots later than `at`. */
  waiting(at: number): number {
    return Math.max(0, this.booked - this.cadence.permitsBy(at));
  }

  /**
   * The same under another cadence. Those who have slots come when they were told to; where the new cadence is slower
   * then, it will give some of them new slots, behind all others.
   */
  under(cadence: Cadence): SlotSchedule {
    const lastDue = this.cadence.dueAt(this.booked);
    return new SlotSchedule(cadence, Math.min(this.waiting(cadence.start), cadence.permitsBy(lastDue)));
  }

  private takenBy(at: number): number {
    return Math.max(this.booked, this.passed, this.cadence.permitsBy(at));
  }
}
