import type { Operation } from '../../../saga/definition.js';
import { bringBack, planDraw, type Asking } from './draw-plan.js';
import { LaneBook } from './lane-book.js';
import { lanesOf, type Pace } from './pace.js';
import { PermitQueue, type Queues, type Settle } from './permit-queue.js';
import { PermitStock } from './permit-stock.js';
import type { Grant, Want } from './schedule.js';

/** What came of one want. */
export interface Granted extends Grant {
  readonly everyMs: number;
}

/** A wait that a call may sit out in memory, ms. Longer ones are worth the two journal entries of parking. */
export const SOON = 20;

/** As much recent demand as is drawn ahead, ms: some ten round trips. */
const AHEAD = 20;

/**
 * The permits of one process: those in stock, the calls that wait for a draw, and what to draw next. No clock and no IO:
 * whoever holds it takes {@link wants} to the schedules and brings back what they gave, one draw at a time.
 */
export class Permits {
  private readonly stock = new PermitStock();
  private readonly queues: Queues = { compensation: new PermitQueue(), action: new PermitQueue() };
  private main: LaneBook;
  private reserve: LaneBook | null;
  private asked: readonly Asking[] = [];
  private demand = 0;
  private recent = 0;
  private drawnAt = -Infinity;
  private ahead = 0;
  private unused = 0;
  private turnedAway = 0;

  constructor(
    private readonly key: string,
    private pace: Pace,
  ) {
    const { main, reserve } = lanesOf(pace, key);
    this.main = new LaneBook(main);
    this.reserve = reserve && new LaneBook(reserve);
  }

  /** Permits that are drawn and not used. */
  get stocked(): number {
    return this.stock.count;
  }

  /** Calls wait, the stock is low for the demand of late, or there is something to bring back. */
  get isDrawDue(): boolean {
    return this.isAwaited || this.unused > 0 || this.stock.count * 2 < this.ahead;
  }

  /** How far the schedule is booked, in ms, as of the last draw. */
  bookedFor(now: number): number {
    return Math.max(0, this.main.freeIn(now));
  }

  /** What is booked stays booked; what is in stock is given up. */
  adopt(pace: Pace): void {
    const { main, reserve } = lanesOf(pace, this.key);
    this.main = this.main.at(main);
    this.reserve = reserve && (this.reserve?.at(reserve) ?? new LaneBook(reserve));
    this.pace = pace;
    // The answer to a draw that is under way belongs to the old pace.
    this.asked = [];
    this.stock.trim(0);
    this.ahead = 0;
  }

  /** Takes a permit from the stock: ms until it is valid, or `undefined` when a draw is needed. */
  take(now: number): number | undefined {
    this.demand += 1;
    if (this.isAwaited) return undefined;
    const validAt = this.stock.earliest(now);
    if (validAt === undefined) return undefined;
    // What is far away was drawn for somebody else: another draw may do better, or finds the horizon reached.
    if (validAt - now > SOON) return undefined;
    this.stock.take(now);
    return Math.max(0, validAt - now);
  }

  /** Waits for a draw. `settle` is called once. */
  wait(operation: Operation, settle: Settle): void {
    this.queues[operation].add(settle);
  }

  /** A permit was not used after all: it goes to the stock, or back to the schedule with the next draw. */
  giveBack(now: number, processes: number): void {
    if (this.stock.count < this.room(processes)) this.stock.add(1, now, 0, now);
    else this.unused += 1;
  }

  /** What to draw now: for those who wait, and for demand like that of late if permits are to be had at once. */
  wants(now: number, processes: number): readonly Want[] {
    this.recent = this.recent * Math.exp((this.drawnAt - now) / AHEAD) + this.demand;
    this.demand = 0;
    const isFree = this.main.freeIn(now) <= 0;
    // One call alone is no demand.
    this.ahead = isFree ? Math.max(0, Math.min(this.room(processes), Math.floor(this.recent) - 1)) : 0;
    this.drawnAt = now;
    const compensation = this.queues.compensation.length;
    const action = this.queues.action.length + Math.max(0, this.ahead - this.stock.count);
    this.asked = [
      ...(this.unused > 0 ? [bringBack(this.unused, this.main, now)] : []),
      ...planDraw({ compensation, action }, this.main, this.reserve, this.pace.horizonMs, now),
    ];
    this.unused = 0;
    return this.asked.map(({ want }) => want);
  }

  /** @param granted one for each of the last {@link wants} */
  receive(granted: readonly Granted[], now: number, processes: number): void {
    const short = { compensation: false, action: false };
    for (const [index, { book, operation, isReserve, want }] of this.asked.entries()) {
      const grant = granted[index];
      if (!grant) continue;
      book.note(grant, grant.everyMs, now);
      this.stock.add(grant.count, now + grant.firstInMs, grant.everyMs, now);
      // An action that finds the reserve empty still has the main lane to ask.
      if (grant.count < want.want && !(operation === 'action' && isReserve)) short[operation] = true;
    }
    this.serve(now);
    for (const operation of ['compensation', 'action'] as const) {
      if (short[operation]) this.queues[operation].turnAway(() => this.comeBackIn(now));
    }
    this.stock.trim(this.room(processes));
  }

  private get isAwaited(): boolean {
    return this.queues.compensation.length > 0 || this.queues.action.length > 0;
  }

  private serve(now: number): void {
    this.queues.compensation.serve(this.stock, now, (validAt) => this.isSoonerInReserve(validAt, now));
    // Past the horizon lies only what compensations have left.
    this.queues.action.serve(this.stock, now, (validAt) => validAt - now > this.pace.horizonMs + 1);
  }

  /** What was known of the lanes was old; by what is known now the reserve has a much earlier permit. */
  private isSoonerInReserve(validAt: number, now: number): boolean {
    if (!this.reserve) return false;
    return validAt - now > SOON + this.reserve.freeIn(now) + this.reserve.lane.intervalMs;
  }

  /** A little before the horizon, so that the schedule does not run dry; spread evenly (golden ratio). */
  private comeBackIn(now: number): number {
    this.turnedAway = (this.turnedAway + 0.618_033_988_75) % 1;
    const horizon = Math.max(this.pace.horizonMs, this.bookedFor(now) / 2, 100);
    return horizon * (0.75 + this.turnedAway / 4);
  }

  private room(processes: number): number {
    return Math.floor(this.pace.stock / Math.max(1, processes));
  }
}
