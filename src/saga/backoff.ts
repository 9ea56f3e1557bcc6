/** When and how often a failed attempt is repeated. All times in ms. */
export interface RetryPolicy {
  /** Attempts in all, the first included. `Infinity`: until it succeeds. */
  readonly maxAttempts: number;
  readonly initialInterval: number;
  readonly factor: number;
  readonly maxInterval: number;
  /** `full`: anywhere between 0 and the interval; `equal`: in its upper half; `none`: the interval itself. */
  readonly jitter: 'full' | 'equal' | 'none';
  /** No attempt starts later than this after the first. `Infinity`: no such limit. */
  readonly maxElapsed: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 8,
  initialInterval: 100,
  factor: 2,
  maxInterval: 60_000,
  jitter: 'full',
  maxElapsed: Infinity,
};

export const DEFAULT_COMPENSATION_RETRY: RetryPolicy = {
  ...DEFAULT_RETRY,
  maxAttempts: 20,
  initialInterval: 200,
};

/** A participant may ask for patience, but not for ever (contract §3). */
export const MAX_RETRY_AFTER = 3_600_000;

/**
 * How long to wait before attempt `attempts + 1`, or `null` when there is none.
 *
 * Exponential back-off with jitter as in Brooker, "Exponential Backoff And Jitter" (AWS, 2015).
 * @param attempts attempts made so far, at least 1
 * @param elapsed ms since the first attempt
 * @param random a number in [0, 1)
 * @param retryAfter what the participant asked for, in ms; replaces the computed wait, clamped to an hour
 */
export function nextDelay(
  policy: RetryPolicy,
  attempts: number,
  elapsed: number,
  random: number,
  retryAfter?: number,
): number | null {
  if (attempts >= policy.maxAttempts) return null;
  const delay =
    retryAfter === undefined
      ? jittered(policy, intervalAfter(policy, attempts), random)
      : Math.min(Math.max(retryAfter, 0), MAX_RETRY_AFTER);
  return elapsed + delay > policy.maxElapsed ? null : Math.round(delay);
}

function intervalAfter({ initialInterval, factor, maxInterval }: RetryPolicy, attempts: number): number {
  if (initialInterval === 0) return 0; // and not 0 × Infinity, once the power is out of range
  return Math.min(maxInterval, initialInterval * factor ** (attempts - 1));
}

function jittered(policy: RetryPolicy, interval: number, random: number): number {
  switch (policy.jitter) {
    case 'full':
      return interval * random;
    case 'equal':
      return interval * (0.5 + random / 2);
    case 'none':
      return interval;
  }
}
