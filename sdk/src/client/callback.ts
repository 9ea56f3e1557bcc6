import { milliseconds, type Duration } from '../duration.js';
import type { Callback } from '../participant/callback.js';
import { isProblem } from './errors.js';
import { exchange, type HttpRequest } from './exchange.js';
import type { Fetch } from './fetch.js';
import { repeat } from './repeat.js';
import { traceHeaders, type TraceSource } from './trace-context.js';

/** How a result is told. */
export interface CallbackOptions {
  /** How long to try. Default: until there is an answer. */
  readonly timeout?: Duration;
  /** Ends the trying; the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  /** Trace context to pass on. */
  readonly traceparent?: TraceSource;
}

/** ms. */
const ATTEMPT_TIMEOUT = 10_000;
/** Longest reason that Skald takes, in characters. */
const MAX_REASON = 1_000;

/**
 * The handle on the result of an accepted operation, from the URL that came with its call (`Skald-Callback-Url`).
 * Works anywhere, any time later, without a client and without an API key: the URL is the credential.
 *
 * Its methods try again for as long as there is no answer, which does no harm: the same result told twice counts once.
 * They reject with a {@link ProblemError} if Skald refuses for good, e.g. `unknown-callback`.
 *
 * @throws {TypeError} if it is no URL
 */
export function callback<Output = unknown>(url: string, options: CallbackOptions = {}): Callback<Output> {
  // The message leaves the URL out: it may be logged.
  if (!URL.canParse(url)) throw new TypeError('this is no callback URL: take it from the call (call.callback().url)');
  return {
    url,
    succeed: (output) => tell(url, { status: 'succeeded', output: output ?? null }, options),
    reject: (reason) => tell(url, { status: 'rejected', reason: [...reason].slice(0, MAX_REASON).join('') }, options),
  };
}

async function tell(url: string, result: object, options: CallbackOptions): Promise<boolean> {
  const { fetch = globalThis.fetch, signal, traceparent } = options;
  const timeout = options.timeout === undefined ? Infinity : milliseconds(options.timeout);
  const request: HttpRequest = {
    what: `callback to ${new URL(url).origin}`,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...traceHeaders(traceparent) },
    body: JSON.stringify(result),
  };
  const patience = { timeout, attemptTimeout: ATTEMPT_TIMEOUT, retries: Infinity };
  try {
    return await repeat(patience, 'always', signal, (number, ms) =>
      exchange(request, { fetch, number, timeout: ms, signal }, async (answer) => {
        await answer.text();
        return true;
      }),
    );
  } catch (err) {
    if (isProblem(err, 'stale-callback')) return false;
    throw err;
  }
}
