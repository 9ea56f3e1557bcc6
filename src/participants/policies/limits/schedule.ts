/**
 * The generic cell rate algorithm (ITU-T I.371, virtual scheduling): a token bucket that is one number, the instant at
 * which it will be full again. Permits can be drawn ahead of their time, each with the instant from which it is valid.
 */

/** What is asked of a schedule. Times in ms. */
export interface Want {
  /** Names the schedule. */
  readonly key: string;
  /** Permits. 0 only looks; less brings back what was drawn and not used. */
  readonly want: number;
  /** Between two permits. */
  readonly intervalMs: number;
  /** Permits that may be valid at once after a rest; 1 or more. */
  readonly burst: number;
  /** Permits that would be valid later than this, from now, are not given. */
  readonly horizonMs: number;
  /**
   * The next permit is valid no sooner than this, from now, whatever the schedule says: what the asker remembers of one
   * that may have lost its memory. `-(burst - 1) * intervalMs` remembers nothing.
   */
  readonly notBeforeMs: number;
}

/**
 * Permits: the first is valid from `firstInMs` (0 or less: at once), each further one `intervalMs` later. Less than none
 * were taken back.
 */
export interface Grant {
  readonly count: number;
  readonly firstInMs: number;
}

/** Asks schedules that all processes share, in the order given. Rejects when they are away or slow. */
export type Draw = (wants: readonly Want[]) => Promise<readonly Grant[]>;

/** Absorbs the rounding of quotients that should be whole. */
const ROUNDING = 1e-6;

/** How long a rested schedule could have gone on giving permits that are valid at once. */
export function toleranceOf({ burst, intervalMs }: Pick<Want, 'burst' | 'intervalMs'>): number {
  return (burst - 1) * intervalMs;
}

/**
 * One draw. Redis and Postgres do the same in their own languages.
 * @param fullAt when the bucket would be full again, in ms; anything in the past for one that is full
 */
export function draw(fullAt: number, want: Want, now: number): { readonly grant: Grant; readonly fullAt: number } {
  const tolerance = toleranceOf(want);
  const start = Math.max(fullAt, now + tolerance + want.notBeforeMs);
  const firstInMs = start - tolerance - now;
  const within = Math.floor((want.horizonMs - firstInMs) / want.intervalMs + ROUNDING) + 1;
  const count = Math.min(want.want, Math.max(0, within));
  return { grant: { count, firstInMs }, fullAt: start + count * want.intervalMs };
}
