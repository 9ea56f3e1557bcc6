import { MOST_CONNECTIONS, type Line } from '../connections.js';
import { Exchange } from '../exchange.js';
import type { TimerWheel } from '../timer-wheel.js';

/** A check takes no longer than this, in ms. */
const LONGEST_CHECK = 2_000;

/** No more is read of what a check answers, in bytes: only its status matters. */
const LONGEST_BODY = 65_536;

const HEADERS = ['Accept', '*/*', 'Accept-Encoding', 'identity', 'User-Agent', 'skald'];

/**
 * Asks once whether an endpoint is well: it is when it answers with 2xx in time.
 * @param timeout in ms; at most 2 s count
 * @returns `null` when all connections are taken: to wait behind calls would tell about them, not about the endpoint
 */
export function probeHealth(
  line: Line,
  wheel: TimerWheel,
  { path, timeout }: { readonly path: string; readonly timeout: number },
): Promise<boolean | null> {
  if (line.load >= MOST_CONNECTIONS) return Promise.resolve(null);
  line.load += 1;
  return new Promise((resolve) => {
    const exchange = new Exchange(wheel, Math.min(timeout, LONGEST_CHECK), LONGEST_BODY, (end) => {
      line.load -= 1;
      resolve('status' in end && end.status >= 200 && end.status < 300);
    });
    line.pool.dispatch({ path, method: 'GET', headers: HEADERS }, exchange);
  });
}
