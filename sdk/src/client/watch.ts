import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import type { JournalEntry } from './journal-entry.js';
import { backOff, pause } from './pauses.js';
import { eventData } from './server-sent-events.js';

/** How a saga is watched. */
export interface WatchOptions extends CallOptions {
  /** Entries after this `seq`. Default 0: from the beginning. */
  readonly after?: number;
  /** How long Skald may be out of reach before it is given up. Default: the client's `timeout`. */
  readonly timeout?: CallOptions['timeout'];
}

/** Skald sends a comment every 15 s. In ms. */
const LONGEST_SILENCE = 45_000;

/**
 * The journal of a saga as it grows, to its end: no entry is left out and none comes twice, however often the
 * connection is lost.
 */
export async function* watchSaga(
  connection: Connection,
  path: string,
  { after = 0, ...options }: WatchOptions,
): AsyncGenerator<JournalEntry, void, undefined> {
  let seq = after;
  let fruitless = 0;
  for (;;) {
    const { status, body } = await connection.open({
      ...options,
      method: 'GET',
      path,
      headers: { accept: 'text/event-stream', 'last-event-id': String(seq) },
      retries: Infinity,
    });
    if (status === 204 || !body) return; // the saga has ended, and all has been told
    fruitless++;
    for await (const data of eventData(body, LONGEST_SILENCE, options.signal)) {
      const entry = JSON.parse(data) as JournalEntry;
      if (entry.seq <= seq) continue;
      ({ seq } = entry);
      fruitless = 0;
      yield entry;
    }
    if (fruitless > 0) await pause(backOff(fruitless), options.signal);
  }
}
