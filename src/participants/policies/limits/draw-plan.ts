import type { Operation } from '../../../saga/definition.js';
import type { LaneBook } from './lane-book.js';
import type { Want } from './schedule.js';

/** A part of a draw: what is wanted of one lane, and for whom. */
export interface Asking {
  readonly book: LaneBook;
  readonly operation: Operation;
  readonly isReserve: boolean;
  readonly want: Want;
}

/** Permits that were not used. Whichever lane they came from, the pace is kept: the two add up to it. */
export function bringBack(unused: number, main: LaneBook, now: number): Asking {
  const want = main.want(-unused, 0, now);
  main.takeBack(unused);
  return { book: main, operation: 'action', isReserve: false, want };
}

type Wanted = { readonly [O in Operation]: number };

/** Compensations may reserve this far ahead, ms: in effect always, without one that never comes. */
const FARTHEST = 600_000;

/**
 * What to ask of which lane, compensations first. Both lanes are always looked at, so that each draw tells how far they
 * are booked.
 * @param horizonMs how far ahead an action may reserve
 */
export function planDraw(
  wanted: Wanted,
  main: LaneBook,
  reserve: LaneBook | null,
  horizonMs: number,
  now: number,
): readonly Asking[] {
  const ofReserve = reserve ? shareOfReserve(wanted, main, reserve, now) : { compensation: 0, action: 0 };
  const plan: Asking[] = [];
  for (const operation of ['compensation', 'action'] as const) {
    const ask = (book: LaneBook, count: number, isReserve: boolean): void => {
      if (count === 0 && operation === 'compensation') return;
      const want = book.want(count, horizonOf(operation, isReserve, horizonMs), now);
      plan.push({ book, operation, isReserve, want });
    };
    ask(main, wanted[operation] - ofReserve[operation], false);
    if (reserve) ask(reserve, ofReserve[operation], true);
  }
  return plan;
}

/**
 * Divides what is wanted by what is known of the lanes: each compensation goes to the lane that serves it sooner, an
 * action to the reserve only if that has a permit now and the main lane has none.
 */
function shareOfReserve(wanted: Wanted, main: LaneBook, reserve: LaneBook, now: number): Wanted {
  const share = { compensation: 0, action: 0 };
  let mainIn = main.freeIn(now);
  let reserveIn = reserve.freeIn(now);
  for (const operation of ['compensation', 'action'] as const) {
    for (let left = wanted[operation]; left > 0; left--) {
      const bound = operation === 'compensation' ? mainIn : 0;
      if (mainIn <= 0 || reserveIn > bound) {
        mainIn += main.lane.intervalMs;
      } else {
        reserveIn += reserve.lane.intervalMs;
        share[operation] += 1;
      }
    }
  }
  return share;
}

/** Actions never reserve in the reserve. */
function horizonOf(operation: Operation, isReserve: boolean, horizonMs: number): number {
  if (operation === 'compensation') return Math.max(FARTHEST, 2 * horizonMs);
  return isReserve ? 0 : horizonMs;
}
