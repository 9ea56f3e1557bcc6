import type { ErrorDto } from './saga.dto.js';

/** One call of an action or a compensation. */
export class AttemptDto {
  step: string;
  operation: 'action' | 'compensation';
  /** 1, 2, 3 …, counted per operation. */
  attempt: number;
  /** When its answer was recorded. */
  at: string;
  /** Base URL that it went to; `null`: not known. */
  endpoint: string | null;
  /** HTTP status; `null`: there was no answer. */
  status: number | null;
  /** From the call to the end of its answer, in ms; `null`: not known. */
  ms: number | null;
  /** `in-doubt`: failed, and may have taken effect. `accepted`: its callback is still awaited. */
  outcome: 'succeeded' | 'accepted' | 'rejected' | 'failed' | 'in-doubt';
  error: ErrorDto | null;
  /** The beginning of an answer that was no success, at most 500 characters. */
  excerpt?: string;
  /** When the next attempt was planned after this one. */
  nextAttemptAt?: string;
}
