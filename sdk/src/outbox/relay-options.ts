import { milliseconds, type Duration } from '../duration.js';
import type { OutboxRow, StartProblem } from './row.js';

/** How a relay works. Listeners may be asynchronous; what they throw goes to `onTrouble`. */
export interface RelayOptions {
  /** Most deliveries at once. Default 16. */
  readonly concurrency?: number;
  /** How often it looks for rows while there are none. Default 1 s. See also {@link Relay.nudge}. */
  readonly interval?: Duration;
  /**
   * For the answer to one delivery. Default 10 s. Three times this is the lease: rows that a relay had in hand when it
   * died are free again after that.
   */
  readonly timeout?: Duration;
  /** Before a row is tried for the second time; then it doubles. Each pause is cut at random, by half at most. Default 1 s. */
  readonly firstPause?: Duration;
  /** Default 5 min. */
  readonly longestPause?: Duration;
  /** How long rows are kept whose sagas were started; then the relay deletes them. Default 7 d. */
  readonly keepFor?: Duration;
  /** A saga was started, and the row says so. Told once; not at all if the process ends just then. */
  readonly onStarted?: (row: OutboxRow, sagaId: string) => unknown;
  /**
   * Skald won't start this saga, and the row says so; it stays until {@link Outbox.retryRefused}. Told once; not at all
   * if the process ends just then. Default: a warning of the process.
   */
  readonly onRefused?: (row: OutboxRow, problem: StartProblem) => unknown;
  /**
   * Postgres is away, Skald is, or Skald doesn't let the relay in. It goes on trying; this is told once, until it works
   * again. Default: a warning of the process.
   */
  readonly onTrouble?: (error: unknown) => void;
}

/** {@link RelayOptions}, found good. Times in ms. */
export interface RelaySettings {
  readonly concurrency: number;
  readonly interval: number;
  readonly timeout: number;
  readonly lease: number;
  readonly firstPause: number;
  readonly longestPause: number;
  readonly keepFor: number;
  readonly onStarted: (row: OutboxRow, sagaId: string) => unknown;
  readonly onRefused: (row: OutboxRow, problem: StartProblem) => unknown;
  readonly onTrouble: (error: unknown) => void;
}

/** @throws {TypeError} with a sentence that names the option */
export function readRelayOptions(options: RelayOptions): RelaySettings {
  const { concurrency = 16 } = options;
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new TypeError('concurrency must be a whole number, 1 or more');
  }
  const timeout = positive('timeout', options.timeout ?? '10s');
  return {
    concurrency,
    interval: positive('interval', options.interval ?? '1s'),
    timeout,
    lease: 3 * timeout,
    firstPause: milliseconds(options.firstPause ?? '1s'),
    longestPause: milliseconds(options.longestPause ?? '5m'),
    keepFor: milliseconds(options.keepFor ?? '7d'),
    onStarted: options.onStarted ?? (() => undefined),
    onRefused: options.onRefused ?? warnOfRefusal,
    onTrouble: options.onTrouble ?? warnOfTrouble,
  };
}

function positive(name: string, value: Duration): number {
  const ms = milliseconds(value);
  if (ms > 0) return ms;
  throw new TypeError(`${name} must be longer than nothing`);
}

const WARNING = 'SkaldOutboxWarning';

function warnOfRefusal({ id, definition }: OutboxRow, { code, detail }: StartProblem): void {
  process.emitWarning(
    `saga ${definition} of row ${id} was refused and waits in the outbox: ${code}: ${detail}`,
    WARNING,
  );
}

function warnOfTrouble(error: unknown): void {
  const words = error instanceof Error ? error.message : String(error);
  process.emitWarning(`the relay of the outbox can't go on just now, and tries again: ${words}`, WARNING);
}
