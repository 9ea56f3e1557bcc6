import { milliseconds, type Duration } from '../duration.js';
import type { Fetch } from './fetch.js';
import type { Patience } from './repeat.js';
import { isTraceparent, type TraceSource } from './trace-context.js';

/** Where Skald is, and how patiently it is talked to. */
export interface SkaldClientOptions {
  /** `https://skald.internal:8080`; what stands before `/v1`, if it lives under a path. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`. Default: none, for a server without keys. */
  readonly apiKey?: string;
  /** For one call with all its attempts, beyond what the call itself is to wait. Default 30 s. */
  readonly timeout?: Duration;
  /** For one attempt. Default 10 s. */
  readonly attemptTimeout?: Duration;
  /** Most attempts after the first, where a repeat is safe. 0: none. Default: as many as `timeout` has room for. */
  readonly retries?: number;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  /** Trace context to pass on: a `traceparent`, or a function that is asked before every request. */
  readonly traceparent?: TraceSource;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; its promise is rejected with the signal's reason. What Skald did by then still counts. */
  readonly signal?: AbortSignal;
  /** For this call with all its attempts. Default: the client's `timeout`. */
  readonly timeout?: Duration;
}

/** {@link SkaldClientOptions}, found good. Times in ms. */
export interface Settings extends Patience {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  readonly traceparent: TraceSource | undefined;
}

/** @throws {TypeError} with a sentence that names the option */
export function readOptions(options: SkaldClientOptions): Settings {
  const { apiKey, retries = Infinity, fetch = globalThis.fetch, traceparent } = options;
  // The key itself must not get into a message.
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new TypeError('apiKey must be printable ASCII without spaces, as SKALD_API_KEYS has it');
  }
  if (!(retries === Infinity || Number.isInteger(retries)) || retries < 0) {
    throw new TypeError('retries must be a whole number, 0 or more');
  }
  if (typeof fetch !== 'function') throw new TypeError('fetch must be a function like the global one');
  if (typeof traceparent === 'string' && !isTraceparent(traceparent)) {
    throw new TypeError('traceparent must be as W3C Trace Context has it: 00-<32 hex>-<16 hex>-<2 hex>');
  }
  return {
    baseUrl: readBaseUrl(options.baseUrl),
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    timeout: readTime('timeout', options.timeout ?? 30_000),
    attemptTimeout: readTime('attemptTimeout', options.attemptTimeout ?? 10_000),
    retries,
    fetch,
    traceparent,
  };
}

function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError("baseUrl must be the http(s) URL of a Skald server, such as 'http://localhost:8080'");
  }
  if (url.username || url.password) throw new TypeError('baseUrl must not hold credentials: give apiKey');
  if (url.search || url.hash) throw new TypeError('baseUrl must end with its path: without query and fragment');
  return url.href.replace(/\/+$/, '');
}

function readTime(name: string, value: Duration): number {
  let ms: number;
  try {
    ms = milliseconds(value);
  } catch (err) {
    throw new TypeError(`${name}: ${(err as Error).message}`, { cause: err });
  }
  if (ms > 0) return ms;
  throw new TypeError(`${name} must be longer than nothing`);
}
