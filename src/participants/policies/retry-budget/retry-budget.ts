import type { Operation } from '../../../saga/definition.js';
import type { RetryBudget as RetryBudgetRules } from '../../participant.js';
import type { RetryBudgetSnapshot } from '../../participant-snapshot.js';
import { spreadEvenly } from '../spread-evenly.js';

/** First attempts earn retries for so long, in ms, and so much of `minPerSecond` can be saved. */
const MEMORY = 10_000;

/** How far ahead retries are promised, in ms. */
const HORIZON = 30_000;

/** Of all that is earned, this share is for the retries of compensations, who have the use of the rest besides. */
const RESERVE = 0.2;

/** Under the thriftiest rules there is a retry every half minute, so that no saga waits for ever. In retries per ms. */
const TRICKLE = 1 / 30_000;

/** A retry that can't go out now: how many ms it has to wait; and whether it is paid, or has to ask again then. */
export interface LaterRetry {
  readonly wait: number;
  readonly isPaid: boolean;
}

/**
 * An account of retries for one participant in this process: first attempts pay `ratio` of a retry in, time pays in
 * this process' share of `minPerSecond`, and every retry costs one. So a participant that fails for everybody gets
 * little more than the load of first attempts, not a multiple of it.
 *
 * In the manner of the retry budget of Twitter's Finagle (`RetryBudget`, 2015), with two differences: recent first
 * attempts fade instead of being counted in windows; and who comes too late is not told no but when. Such a retry is
 * paid at once, so the account goes into debt, by as much as it earns within the horizon. Holds no clock: `now` is in
 * ms.
 */
export class RetryBudget {
  /** Of the last ten seconds or so: each counts 1, and less and less with time. */
  private recentFirsts = 0;
  private common: number;
  private reserved: number;
  private turnedAway = 0;

  /** @param processes how many processes share `minPerSecond`, this one included */
  constructor(
    private rules: RetryBudgetRules,
    private readonly processes: () => number,
    private at: number,
  ) {
    this.common = this.mostIn(1 - RESERVE);
    this.reserved = this.mostIn(RESERVE);
  }

  /** Goes on under other rules, with what has been earned and spent so far. */
  adopt(rules: RetryBudgetRules, now: number): void {
    this.advance(now);
    this.rules = rules;
  }

  /** A first attempt was sent. */
  earn(now: number): void {
    this.advance(now);
    this.recentFirsts += 1;
    this.payIn(this.rules.ratio);
  }

  /**
   * Asks for a retry. `null`: it is paid, and may go out now. One that will be earned within 30 s is paid too; others are
   * to ask again after that, spread over 7.5 s.
   */
  spend(operation: Operation, now: number): LaterRetry | null {
    this.advance(now);
    const isUndoing = operation === 'compensation';
    const forReserved = isUndoing ? this.waitIn(this.reserved, RESERVE) : Infinity;
    // While the reserve is full all that is earned goes to the others.
    const isReserveFull = this.reserved >= this.mostIn(RESERVE);
    const forCommon = this.waitIn(this.common, isReserveFull ? 1 : 1 - RESERVE);
    const wait = Math.min(forReserved, forCommon);
    if (wait > HORIZON) {
      this.turnedAway += 1;
      return { wait: HORIZON * (1 + 0.25 * spreadEvenly(this.turnedAway)), isPaid: false };
    }
    if (forCommon <= forReserved) this.common -= 1;
    else this.reserved -= 1;
    return wait > 0 ? { wait, isPaid: true } : null;
  }

  /** A retry that was paid did not go out. */
  putBack(operation: Operation, now: number): void {
    this.advance(now);
    if (operation === 'compensation') this.reserved += 1;
    else this.common += 1;
    this.payIn(0);
  }

  snapshot(now: number): RetryBudgetSnapshot {
    this.advance(now);
    const available = Math.floor(Math.max(0, this.common)) + Math.floor(Math.max(0, this.reserved));
    return { available, ratio: this.rules.ratio, minPerSecond: this.rules.minPerSecond };
  }

  private advance(now: number): void {
    const elapsed = now - this.at;
    this.at = now;
    if (elapsed <= 0) return;
    this.recentFirsts *= Math.exp(-elapsed / MEMORY);
    this.payIn(this.leastIncome() * elapsed);
  }

  /** What the full reserve can't hold is for all. */
  private payIn(retries: number): void {
    this.reserved += retries * RESERVE;
    const spilt = Math.max(0, this.reserved - this.mostIn(RESERVE));
    this.reserved -= spilt;
    this.common = Math.min(this.common + retries * (1 - RESERVE) + spilt, this.mostIn(1 - RESERVE));
  }

  /** What a share of the account holds at most: a whole retry, however little it earns. */
  private mostIn(share: number): number {
    return Math.max(1, share * this.income() * MEMORY);
  }

  private waitIn(balance: number, share: number): number {
    return Math.max(0, 1 - balance) / (share * this.income());
  }

  /** Retries per ms, as it is now. */
  private income(): number {
    return this.leastIncome() + (this.rules.ratio * this.recentFirsts) / MEMORY;
  }

  private leastIncome(): number {
    return Math.max(TRICKLE, this.rules.minPerSecond / 1_000 / Math.max(1, this.processes()));
  }
}
