import type { RateLimit, Shaping } from '../../participant.js';

/** How fast calls may go out, over all processes. */
export interface Pace {
  readonly ratePerSecond: number;
  /** Calls that may go out at once after a rest; 1 or more. */
  readonly capacity: number;
  /** Permits that all processes together may hold without using them. */
  readonly stock: number;
  /** How far ahead an action may reserve a permit, in ms. */
  readonly horizonMs: number;
}

/** One schedule of a pace. */
export interface Lane {
  readonly key: string;
  readonly intervalMs: number;
  readonly burst: number;
}

export interface Lanes {
  readonly main: Lane;
  readonly reserve: Lane | null;
}

/** A saga that would wait longer than this for its permit comes back and asks again. */
const RATE_LIMIT_HORIZON = 60_000;

/**
 * The share of a pace that actions can't reserve. Not more, because it lies idle while actions that wait for their
 * reservations are all there is: the limit is then used to 95 per cent.
 */
const RESERVED = 0.05;

/** A permit in stock is used later than the schedule meant it. With so few of them, the limit is passed by 5 % at most. */
const STOCK_OF_CAPACITY = 0.05;
const STOCK_OF_RATE = 0.01;

/** Shaping lets through at once what falls due in this many seconds, and keeps as much in stock: finer is not felt. */
const SMOOTH = 0.005;

export function paceOfRateLimit({ capacity, ratePerSecond }: RateLimit): Pace {
  return {
    ratePerSecond,
    capacity,
    stock: Math.min(capacity * STOCK_OF_CAPACITY, ratePerSecond * STOCK_OF_RATE),
    horizonMs: RATE_LIMIT_HORIZON,
  };
}

export function paceOfShaping({ maxRatePerSecond, maxWait }: Shaping): Pace {
  const smooth = maxRatePerSecond * SMOOTH;
  // Two, so that one can be the reserve's.
  return { ratePerSecond: maxRatePerSecond, capacity: Math.max(2, smooth), stock: smooth, horizonMs: maxWait };
}

export function isSamePace(a: Pace, b: Pace): boolean {
  return (
    a.ratePerSecond === b.ratePerSecond &&
    a.capacity === b.capacity &&
    a.stock === b.stock &&
    a.horizonMs === b.horizonMs
  );
}

/**
 * A pace is kept by two schedules whose rates and bursts add up to it, so that no sum of their permits can pass it. The
 * smaller one is for compensations; actions take from it only what is valid at once while the main one has nothing to
 * give. So a compensation waits for other compensations and at most one interval of the reserve, never for the queue of
 * actions. A capacity below two can't be divided: there, compensations only come first within their process.
 */
export function lanesOf({ ratePerSecond, capacity }: Pace, key: string): Lanes {
  if (capacity < 2) return { main: laneOf(key, ratePerSecond, Math.max(capacity, 1)), reserve: null };
  const burst = Math.max(1, capacity * RESERVED);
  return {
    main: laneOf(key, ratePerSecond * (1 - RESERVED), capacity - burst),
    reserve: laneOf(`${key}:reserve`, ratePerSecond * RESERVED, burst),
  };
}

function laneOf(key: string, ratePerSecond: number, burst: number): Lane {
  return { key, intervalMs: 1_000 / ratePerSecond, burst };
}
