import type { Json } from './json.js';

/** Why something failed, for people (`message`), for programs (`code`) and for grouping (`fingerprint`). */
export interface StepError {
  /** Stable, kebab-case: `http-409`, `timeout`, `connection-refused`, `mapping-error` … */
  readonly code: string;
  /** Bounded and safe to show. */
  readonly message: string;
  /** Equal for errors that have the same cause; 12 hex digits. */
  readonly fingerprint: string;
}

/** Whether a failed attempt may have taken effect. */
export type Effect = 'none' | 'in-doubt';

/** What may take the place of an answer, where the step allows it. */
export type StandIn =
  | { readonly by: 'skip' }
  /** `by`: the strategy or the named fallback that it comes from. `age` in ms: how long ago it was a true answer. */
  | { readonly by: string; readonly output: Json; readonly age?: number };

/** What is kept of a call, whatever came of it. */
export interface CallRecord {
  /** Base URL, as the participant's policy gives it. */
  readonly endpoint: string;
  /** HTTP status; absent: there was no answer. */
  readonly status?: number;
  /** From the call to the end of its answer, in whole ms. */
  readonly ms: number;
  /** The beginning of an answer that was no success: one line of at most 500 characters. */
  readonly excerpt?: string;
}

/** What became of one call of a participant: the answer table of contract §3, read. */
export type Reply =
  | { readonly kind: 'succeeded'; readonly output: Json; readonly call?: CallRecord }
  /** 202: the result comes by callback. */
  | { readonly kind: 'accepted'; readonly call?: CallRecord }
  /** A business no: nothing took effect. To a compensation it means that it can't be undone. */
  | { readonly kind: 'rejected'; readonly error: StepError; readonly call?: CallRecord }
  | {
      readonly kind: 'failed';
      readonly effect: Effect;
      readonly error: StepError;
      readonly retryAfter?: number;
      /** For the case that this was the last attempt. */
      readonly standIn?: StandIn;
      readonly call?: CallRecord;
    }
  /** A breaker, limiter or bulkhead did not let it out: nothing was sent, and it is not an attempt. `wait` in ms. */
  | { readonly kind: 'refused'; readonly by: string; readonly wait: number }
  /** The participant is in no state to be asked: not sent, not an attempt. */
  | { readonly kind: 'degraded'; readonly standIn: StandIn };
