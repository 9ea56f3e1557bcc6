const ERROR = Symbol.for('skald.error');
const PROBLEM = Symbol.for('skald.problem');
const CONNECTION = Symbol.for('skald.connection');

/** What all errors of the client have in common. None holds the API key or a callback URL. */
export abstract class SkaldError extends Error {
  /** Stable, for programs; kebab-case. */
  abstract readonly code: string;
  /** How many requests were made. Above 1, an earlier one may have had the effect, though its answer was not heard. */
  readonly attempts: number;

  constructor(message: string, options: { readonly attempts: number; readonly cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.attempts = options.attempts;
    Object.defineProperty(this, ERROR, { value: true });
  }
}

/** One thing that is wrong with a request. */
export interface FieldProblem {
  /** JSON pointer into the body (RFC 6901), or `/` and the name of a query parameter; empty: the body as a whole. */
  readonly pointer: string;
  readonly detail: string;
}

/** An error as Skald words it (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  /** What kind of problem it is. */
  readonly title: string;
  /** This one occurrence, and how to mend it. */
  readonly detail: string;
  /** What is wrong with the request, one by one. */
  readonly errors?: readonly FieldProblem[];
  /** What this code tells beyond that, e.g. `saga` of `concurrency-key-busy`. */
  readonly [extension: string]: unknown;
}

/** Skald said no. */
export class ProblemError extends SkaldError {
  override readonly name = 'ProblemError';
  /** HTTP status. */
  readonly status: number;
  /** As the REST reference lists them, e.g. `unknown-saga`; `http-502` and the like if the answer was not Skald's own. */
  readonly code: string;
  /** What kind of problem it is. */
  readonly title: string;
  /** This one occurrence, and how to mend it. */
  readonly detail: string;
  /** What is wrong with the request, one by one; may be empty. */
  readonly errors: readonly FieldProblem[];
  /** After how many ms it is worth asking again, by `Retry-After`; `null` if Skald said nothing about it. */
  readonly retryAfter: number | null;
  /** The problem as it came, with what its code tells beyond the above: `saga` of `concurrency-key-busy`. */
  readonly problem: Problem;

  /** @param what the request that was refused, in words that may be logged */
  constructor(
    what: string,
    problem: Problem,
    options: { readonly attempts: number; readonly retryAfter: number | null },
  ) {
    super(`${what}: ${problem.status} ${problem.code}: ${problem.detail}`, options);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    this.retryAfter = options.retryAfter;
    this.problem = problem;
    Object.defineProperty(this, PROBLEM, { value: true });
  }
}

/**
 * - `unreachable`: no connection was made, so nothing has happened;
 * - `connection-lost`: it broke before the answer was there; the request may have had its effect;
 * - `timed-out`: no answer within the time; the request may have had its effect;
 * - `unreadable-answer`: what came is not what Skald answers; look whether `baseUrl` is right.
 */
export type ConnectionTrouble = 'unreachable' | 'connection-lost' | 'timed-out' | 'unreadable-answer';

/** There was no answer. */
export class ConnectionError extends SkaldError {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionTrouble;

  /** @param what the request that got no answer, and why, in words that may be logged */
  constructor(code: ConnectionTrouble, what: string, options: { readonly attempts: number; readonly cause?: unknown }) {
    super(what, options);
    this.code = code;
    Object.defineProperty(this, CONNECTION, { value: true });
  }
}

/** Whether this is an error of a client, of this or another copy of the SDK. */
export function isSkaldError(err: unknown): err is SkaldError {
  return isMarked(err, ERROR);
}

/**
 * Whether Skald said no, and with this code.
 *
 * @example
 * if (isProblem(err, 'past-pivot')) …
 */
export function isProblem(err: unknown, code?: string): err is ProblemError {
  return isMarked(err, PROBLEM) && (code === undefined || (err as ProblemError).code === code);
}

/** Whether there was no answer. */
export function isConnectionError(err: unknown): err is ConnectionError {
  return isMarked(err, CONNECTION);
}

/** A service may hold two copies of the SDK, one of each module format, so `instanceof` doesn't tell. */
function isMarked(err: unknown, mark: symbol): boolean {
  return typeof err === 'object' && err !== null && (err as Record<symbol, unknown>)[mark] === true;
}
