import type { Duration } from './duration.js';

/**
 * How often and with which pauses an operation is tried. What a step doesn't say is its participant's to say.
 * @typeParam Time how a length of time is written
 */
export interface RetryRule<Time = Duration> {
  /** 1 to 1,000; the first counts. Default: 8, and 20 of a compensation; of a retriable step there is no limit. */
  readonly maxAttempts?: number | 'unlimited';
  /** The pause after the first attempt. Default: 100 ms, and 200 ms of a compensation. */
  readonly initialInterval?: Time;
  /** How the pause grows, 1 to 100. Default: 2. */
  readonly factor?: number;
  /** The longest pause. Default: 60 s. */
  readonly maxInterval?: Time;
  /** `full`: anywhere from 0 to the pause; `equal`: in its upper half; `none`. Default: `full`. */
  readonly jitter?: 'full' | 'equal' | 'none';
  /** No attempt starts later than this after the operation began. Default: no such limit. */
  readonly maxElapsed?: Time;
}
