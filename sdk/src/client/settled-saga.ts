import type { JournalEntry } from './journal-entry.js';
import { TIME_OVER, within } from './pauses.js';
import { isSettled, type Saga } from './saga.js';

/** Facts by which a saga may end, or get stuck, or which a newer server may have for that. */
const TELLING = /^saga-|stuck/;

/**
 * Waits until a saga has ended or is stuck, by its journal: it is looked at when there is reason to.
 * @param ms for how long; then it is looked at once more
 */
export async function settledSaga<S extends Saga<unknown, unknown>>(
  look: (stop?: AbortSignal) => Promise<S>,
  watch: (after: number, stop: AbortSignal) => AsyncIterable<JournalEntry>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<S> {
  try {
    return await within(ms, signal, async (stop) => {
      const saga = await look(stop);
      if (isSettled(saga)) return saga;
      for await (const { facts } of watch(saga.seq, stop)) {
        if (!facts.some(({ type }) => TELLING.test(type))) continue;
        const now = await look(stop);
        if (isSettled(now)) return now;
      }
      return await look(stop);
    });
  } catch (err) {
    if (err !== TIME_OVER) throw err;
    return look(signal);
  }
}
