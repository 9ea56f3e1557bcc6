/** How long an endpoint that joins takes to get its whole weight, in ms. */
export const SLOW_START = 30_000;

/** The share of its weight that it begins with. */
const FIRST_SHARE = 0.1;

/** The share of its weight that an endpoint gets which has joined at `since`: caches and pools need time to fill. */
export function rampAt(since: number, now: number): number {
  const age = now - since;
  return age >= SLOW_START ? 1 : FIRST_SHARE + (1 - FIRST_SHARE) * (Math.max(age, 0) / SLOW_START);
}
