import { ConnectionError, ProblemError, type Problem } from './errors.js';
import type { Fetch, FetchAnswer } from './fetch.js';
import { TIME_OVER, within } from './pauses.js';

/** One HTTP request, and how it may be spoken of. */
export interface HttpRequest {
  /** Words for errors and logs, without secrets: `POST /v1/sagas`. */
  readonly what: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Statuses outside of 2xx that are answers like any other. */
  readonly alsoFine?: readonly number[];
}

/** The circumstances of one attempt. */
export interface Attempt {
  readonly fetch: Fetch;
  /** 1, 2, 3 … */
  readonly number: number;
  /** ms for the whole answer; with a `read` that doesn't end, its caller has to see to that itself. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends a request once and reads its answer.
 * @param read what to do with an answer of status 2xx, or one that is also fine
 * @throws {ProblemError} for any other status
 * @throws {ConnectionError} if there is none, or not in time
 * @throws the signal's reason, when that is aborted
 */
export async function exchange<T>(
  request: HttpRequest,
  { fetch, number, timeout, signal }: Attempt,
  read: (answer: FetchAnswer) => Promise<T>,
): Promise<T> {
  const { what, url, alsoFine = [], ...init } = request;
  return within(timeout, signal, async (stop) => {
    try {
      const answer = await fetch(url, { ...init, signal: stop, redirect: 'manual' });
      const isFine = (answer.status >= 200 && answer.status <= 299) || alsoFine.includes(answer.status);
      if (!isFine) throw problemOf(what, answer, await answer.text(), number);
      return await read(answer);
    } catch (err) {
      if (err instanceof ProblemError || err instanceof ConnectionError) throw err;
      signal?.throwIfAborted();
      if (stop.reason === TIME_OVER) {
        throw new ConnectionError('timed-out', `${what}: no answer within ${Math.round(timeout)} ms`, {
          attempts: number,
        });
      }
      const { code, words } = faultOf(err);
      throw new ConnectionError(code, `${what}: ${words}`, { attempts: number, cause: err });
    }
  });
}

/** @returns what an answer's text says as JSON; `null` if it is empty */
export function parseAnswer(what: string, text: string, attempts: number): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConnectionError(
      'unreadable-answer',
      `${what}: the answer is not JSON; is this the address of a Skald server?`,
      {
        attempts,
        cause,
      },
    );
  }
}

function problemOf(what: string, { status, headers }: FetchAnswer, text: string, attempts: number): ProblemError {
  const retryAfter = readRetryAfter(headers.get('retry-after'));
  return new ProblemError(what, readProblem(status, text), { attempts, retryAfter });
}

function readProblem(status: number, text: string): Problem {
  try {
    const { code, title, detail, ...more } = JSON.parse(text) as Record<string, unknown>;
    if (typeof code === 'string' && typeof title === 'string' && typeof detail === 'string') {
      return { ...more, status, code, title, detail };
    }
  } catch {
    // It comes from something between us and Skald.
  }
  const detail = 'this answer was not made by Skald, but by something on the way to it, or at its address';
  return { status, code: `http-${status}`, title: `HTTP ${status}`, detail };
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), as ms from now. */
function readRetryAfter(text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

interface Fault extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly errors?: readonly Fault[];
}

/** `fetch` says "fetch failed"; what did is its cause, and of several addresses each has one. */
function faultOf(err: unknown): { code: 'unreachable' | 'connection-lost'; words: string } {
  const fault = ((err as Fault | null)?.cause ?? err) as Fault | null;
  const words = `no answer (${fault?.code ?? fault?.message ?? String(err)})`;
  const wasConnecting =
    fault?.code === 'UND_ERR_CONNECT_TIMEOUT' ||
    [fault, ...(fault?.errors ?? [])].some((each) => each?.syscall === 'connect' || each?.syscall === 'getaddrinfo');
  return { code: wasConnecting ? 'unreachable' : 'connection-lost', words };
}
