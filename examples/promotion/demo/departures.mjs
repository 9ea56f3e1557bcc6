/**
 * @typedef {object} Phase
 * @property {'before' | 'surge' | 'after'} name
 * @property {number} ratePerSecond
 * @property {number} seconds
 */

/** How much more is ordered in the surge than on an ordinary day. */
export const SURGE_FACTOR = 10;

/**
 * @param {{ base: number, before: number, surge: number, after: number }} options rate per second; the others in s
 * @returns {Phase[]}
 */
export function phasesOf({ base, before, surge, after }) {
  return [
    { name: 'before', ratePerSecond: base, seconds: before },
    { name: 'surge', ratePerSecond: base * SURGE_FACTOR, seconds: surge },
    { name: 'after', ratePerSecond: base, seconds: after },
  ];
}

/**
 * When each order is to be sent, in ms from the start, evenly spread over its phase: fixed beforehand, so that a server
 * that is slow to answer does not get fewer orders.
 * @param {Phase[]} phases
 * @returns {{ phase: Phase['name'], at: number }[]}
 */
export function departures(phases) {
  let start = 0;
  return phases.flatMap(({ name, ratePerSecond, seconds }) => {
    const begin = start;
    start += seconds * 1_000;
    const count = Math.round(ratePerSecond * seconds);
    return Array.from({ length: count }, (_, i) => ({ phase: name, at: begin + (i * 1_000) / ratePerSecond }));
  });
}
