/** Two ways to put work on an engine: as much as it takes (closed loop), or at a steady pace whatever it does (open loop). */

/**
 * Keeps `inFlight` sagas running until `total` have ended.
 * @param {{ total: number, inFlight: number, run: (n: number) => Promise<void> }} options
 * @returns {Promise<number>} seconds from the first start to the last end
 */
export async function keepInFlight({ total, inFlight, run }) {
  let next = 0;
  const lane = async () => {
    while (next < total) await run(next++);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: Math.min(inFlight, total) }, lane));
  return (performance.now() - began) / 1000;
}

/** How late, in ms, a timer may fire without the saga being to blame. */
const timerSlack = 2;

/**
 * Starts `ratePerSecond` sagas a second for `seconds`, without waiting for earlier ones. A saga's time counts from when it
 * was due to start, so that a late start isn't flattered.
 * @param {{ ratePerSecond: number, seconds: number, run: (n: number) => Promise<void> }} options
 * @returns {Promise<number[]>} milliseconds per saga
 */
export async function atPace({ ratePerSecond, seconds, run }) {
  const began = performance.now();
  const total = Math.round(ratePerSecond * seconds);
  const one = async (/** @type {number} */ n) => {
    const due = began + (n * 1000) / ratePerSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const now = performance.now();
    const from = now - due > timerSlack ? due : now;
    await run(n);
    return performance.now() - from;
  };
  return Promise.all(Array.from({ length: total }, (_, n) => one(n)));
}
