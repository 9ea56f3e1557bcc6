import type { Duration } from '../duration.js';
import type { Call } from './call.js';
import type { Callback } from './callback.js';

/**
 * How a participant takes calls.
 * @example
 * participant({
 *   secret: [process.env.NEW_SECRET!, process.env.OLD_SECRET!], // while it is being replaced
 *   tolerance: '1m',
 *   onError: (error, call) => logger.error({ error, operation: call?.idempotencyKey }),
 * });
 */
export interface ParticipantOptions {
  /**
   * What Skald signs the calls with, as it is set there (`signing: { secret }`): `whsec_…`, or a text of 8 to 256
   * characters. Several while it is being replaced: any of them will do. Left out: calls aren't verified. If it is there
   * but empty (a variable that isn't set), the construction throws.
   */
  readonly secret?: string | readonly string[];
  /** How far the time of a signed call may be from this machine's clock; what is older may be a replay. Default: 5m. */
  readonly tolerance?: Duration;
  /**
   * Longest body of a call. Default: 4 MiB, since a compensation's holds both the body and the answer of its action, each
   * of which may have 1 MiB. What is longer is answered 413.
   */
  readonly maxBodyBytes?: number;
  /**
   * Is told of every fault: what a handler threw, what the barrier's database threw. Callers learn nothing of it.
   * `call` is missing if it wasn't read yet. Default: one line on stderr.
   */
  readonly onError?: (error: unknown, call: Call | undefined) => unknown;
}

/**
 * A call as it came, from whatever server.
 * @example
 * // in a function that gets the body as base64
 * const { status, headers, body } = await payment.handle({
 *   method: event.httpMethod,
 *   path: event.path,
 *   headers: event.headers,
 *   body: Buffer.from(event.body, 'base64'),
 * });
 */
export interface ParticipantRequest {
  readonly method: string;
  /** Below the place where the participant is mounted; begins with `/`, may have a query. */
  readonly path: string;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came: the signature is over them. */
  readonly body: Uint8Array;
  /** Aborted when the caller hangs up. */
  readonly signal?: AbortSignal;
  /**
   * Makes the handle that `call.callback()` gives, from the call's callback URL; for tests, where nobody listens there.
   * Default: one that tells results over HTTP.
   */
  readonly callback?: (url: string) => Callback;
}
