import { milliseconds, type Duration } from '../duration.js';
import type { Json } from '../json.js';

const REJECTED = Symbol.for('skald.rejected');
const LATER = Symbol.for('skald.later');
const ACCEPTED = Symbol.for('skald.accepted');

/**
 * A business no. Thrown by a handler it answers 409: nothing took effect, and the saga undoes its other steps.
 * Whatever the handler did in the barrier's transaction is rolled back, and the no is kept as the answer to this
 * operation: Skald doesn't undo a step that said no, so none of its attempts may take effect afterwards.
 * A compensation that says no makes the saga `stuck`. That no is not kept: once somebody has mended what stood in the
 * way, the same compensation must be able to succeed.
 */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  /** Stable, for programs; kebab-case by convention. Default: `rejected`. */
  readonly code: string;
  /** More about it, sent along in the problem's body. */
  readonly details: Json | undefined;

  constructor(
    message: string,
    options: { readonly code?: string; readonly details?: Json; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'rejected';
    this.details = options.details;
    Object.defineProperty(this, REJECTED, { value: true });
  }
}

/**
 * "Not now": thrown by a handler it answers 429 with `Retry-After`. Nothing took effect, nothing is kept, and Skald
 * asks again after that time (rounded up to seconds; Skald waits for one hour at most).
 */
export class Later extends Error {
  override readonly name = 'Later';
  /** Milliseconds. */
  readonly after: number;

  /** @param after how long to wait: `'30s'`, or milliseconds */
  constructor(after: Duration, message = 'not now') {
    super(message);
    this.after = milliseconds(after);
    Object.defineProperty(this, LATER, { value: true });
  }
}

/**
 * "Under way": returned by a handler it answers 202, and the saga waits for the result, which is told to
 * {@link Call.callback}. What the handler did in the barrier's transaction is committed.
 */
export class Accepted {
  readonly status = 202;

  constructor() {
    Object.defineProperty(this, ACCEPTED, { value: true });
  }
}

/** Whether this is a {@link Rejected}, of this or another copy of the SDK. */
export function isRejected(value: unknown): value is Rejected {
  return isMarked(value, REJECTED);
}

/** Whether this is a {@link Later}, of this or another copy of the SDK. */
export function isLater(value: unknown): value is Later {
  return isMarked(value, LATER);
}

/** Whether this is an {@link Accepted}, of this or another copy of the SDK. */
export function isAccepted(value: unknown): value is Accepted {
  return isMarked(value, ACCEPTED);
}

/** A service may hold two copies of the SDK, one of each module format, so `instanceof` doesn't tell. */
function isMarked(value: unknown, mark: symbol): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
}
