import type { Operation } from '../participant/call.js';

/** One attempt of a step. Instants. */
export interface Attempt {
  readonly step: string;
  readonly operation: Operation;
  /** 1, 2, 3 … per operation. */
  readonly attempt: number;
  /** When it ended. */
  readonly at: string;
  /** Base URL it went to; `null` where that was not kept, or nothing was sent. */
  readonly endpoint: string | null;
  /** Of the answer; `null`: there was none. */
  readonly status: number | null;
  /** How long it took. */
  readonly ms: number | null;
  /** `accepted`: its callback is still awaited. `failed`: known to have had no effect. `in-doubt`: it may have had one. */
  readonly outcome: 'succeeded' | 'accepted' | 'rejected' | 'failed' | 'in-doubt';
  readonly error: { readonly code: string; readonly message: string; readonly fingerprint: string } | null;
  /** The beginning of an answer that was no success, with what is sensitive blanked. */
  readonly excerpt?: string | null;
  readonly nextAttemptAt?: string | null;
}
