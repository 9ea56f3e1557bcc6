/** The first pause is at most this long, ms; each one after it may be twice as long. */
const FIRST = 100;
const LONGEST = 5_000;
/** What a timer can hold, ms; longer ones would fire at once. */
const LONGEST_TIMER = 2_147_483_647;

/**
 * How long to pause after so many failures in a row: anything between nothing and a bound that doubles ("full jitter"),
 * so that clients who failed together don't come back together. In ms.
 */
export function backOff(failures: number): number {
  return Math.random() * Math.min(LONGEST, FIRST * 2 ** (failures - 1));
}

/** Resolves after so many ms; rejects with the signal's reason as soon as that is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return within(Infinity, signal, (stop) => {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, Math.min(ms, LONGEST_TIMER));
      stop.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(stop.reason as Error);
      });
    });
  });
}

/** What {@link within} aborts with when the time is over. */
export const TIME_OVER = Symbol('time over');

/**
 * Does some work with a signal that is aborted when the caller's is, or after so many ms with {@link TIME_OVER}.
 * Leaves nothing behind on the caller's signal, which may live much longer (`AbortSignal.any` would).
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const forward = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', forward, { once: true });
  const timer = ms === Infinity ? undefined : setTimeout(() => stop.abort(TIME_OVER), Math.min(ms, LONGEST_TIMER));
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  }
}
