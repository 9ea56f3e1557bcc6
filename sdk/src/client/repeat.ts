import { ConnectionError, ProblemError } from './errors.js';
import { backOff, pause } from './pauses.js';

/** How long and how often something is tried. Times in ms. */
export interface Patience {
  /** For everything: all attempts and the pauses between them. */
  readonly timeout: number;
  /** For one attempt. */
  readonly attemptTimeout: number;
  /** Most attempts after the first. */
  readonly retries: number;
}

/**
 * `always`: doing it twice does no more than doing it once.
 * `if-without-effect`: only when the attempt before can't have done anything.
 */
export type Repeatable = 'always' | 'if-without-effect';

/**
 * Tries until it succeeds, fails for good, or the patience is over; then the last error is thrown.
 * Between attempts it pauses with full jitter, and no shorter than Skald asked for by `Retry-After`.
 */
export async function repeat<T>(
  { timeout, attemptTimeout, retries }: Patience,
  repeatable: Repeatable,
  signal: AbortSignal | undefined,
  attempt: (number: number, timeout: number) => Promise<T>,
): Promise<T> {
  const until = performance.now() + timeout;
  for (let number = 1; ; number++) {
    try {
      return await attempt(number, Math.min(attemptTimeout, until - performance.now()));
    } catch (err) {
      if (number > retries || !mayRepeat(err, repeatable)) throw err;
      const wished = err instanceof ProblemError ? (err.retryAfter ?? 0) : 0;
      const ms = Math.max(wished, backOff(number));
      if (performance.now() + ms >= until) throw err;
      await pause(ms, signal);
    }
  }
}

/** Statuses by which a server or a proxy says that another time may do better. */
const PASSING = new Set([408, 425, 429, 502, 503, 504]);

function mayRepeat(err: unknown, repeatable: Repeatable): boolean {
  if (err instanceof ConnectionError) {
    return err.code === 'unreachable' || (repeatable === 'always' && err.code !== 'unreadable-answer');
  }
  if (!(err instanceof ProblemError)) return false;
  // A 503 may also mean that Postgres did not say whether it was stored; a server that drains takes nothing in.
  if (repeatable === 'if-without-effect') return err.status === 429 || err.code === 'draining';
  // With a Retry-After, e.g. 409 `idempotency-key-in-use`, Skald asks to come again.
  return PASSING.has(err.status) || err.retryAfter !== null;
}
