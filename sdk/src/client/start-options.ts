import type { Duration } from '../duration.js';
import type { CallOptions } from './client-options.js';
import type { DefinitionRef } from './definition-ref.js';
import type { Problem } from './errors.js';
import type { Saga } from './saga.js';

/** What goes with a start, beside its input. */
export interface StartFields {
  /**
   * The same key and the same start give the same saga, for 24 hours or longer: name it after what causes the saga
   * (`order-4711`), and the saga is started once, however often that is handled. 1 to 255 printable ASCII characters.
   * Default: a random one, so that the client's own repeats start no second saga.
   */
  readonly idempotencyKey?: string;
  /** How your own system calls this transaction; sagas can be found by it. */
  readonly businessKey?: string;
  /** While a saga with this key is open, another one is refused: `concurrency-key-busy`. */
  readonly concurrencyKey?: string;
  /** Up to 32 texts by which sagas can be found. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Version of the definition. Default: the one of the definition that is given, or else the latest. */
  readonly version?: number;
}

/** How a saga is started. */
export interface StartOptions extends StartFields, CallOptions {
  /** How long to wait for its end; then it is answered as it stands. Default: not at all. */
  readonly wait?: Duration;
}

/** One of many starts. */
export interface BatchItem extends StartFields {
  readonly definition: string | DefinitionRef;
  readonly input?: unknown;
}

/** What became of one of many starts: a saga, or why there is none. */
export type BatchResult = Started | NotStarted;

/** One of many starts that was accepted. */
export interface Started {
  /** 202. */
  readonly status: number;
  readonly saga: Saga;
  /** An earlier start with this idempotency key had started it. */
  readonly replayed: boolean;
  readonly problem?: undefined;
}

/** One of many starts that was refused. */
export interface NotStarted {
  /** As a start of its own would have been answered. */
  readonly status: number;
  readonly problem: Problem;
  readonly saga?: undefined;
}
