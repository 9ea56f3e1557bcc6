import type { Append, Appended, Start, Started } from './entry.js';

/** An entry on its way to Postgres, with its facts serialised once. */
export type Pending = PendingAppend | PendingStart;

interface PendingEntry {
  /** The same however often it is sent, so that a repeat after a lost answer is recognised. */
  readonly appendId: number;
  /** In lower case, so that the order of texts is Postgres' order of ids. */
  readonly sagaId: string;
  readonly seq: number;
  readonly by: string;
  /** A JSON array. */
  readonly facts: string;
  /** Monotonic ms. */
  readonly submittedAt: number;
  /** Monotonic ms after which the caller is told that Postgres is away. */
  readonly patienceEnds: number;
  /** Monotonic ms before which it is left out of flushes: somebody else holds the lock of its row. */
  notBefore: number;
  /** It has been sent at least once, so it may be durable although no answer came. */
  sent: boolean;
  /** Its caller has been answered. */
  settled: boolean;
  readonly reject: (error: unknown) => void;
}

export interface PendingAppend extends PendingEntry {
  readonly kind: 'append';
  readonly append: Append;
  readonly resolve: (appended: Appended) => void;
}

export interface PendingStart extends PendingEntry {
  readonly kind: 'start';
  readonly start: Start;
  readonly resolve: (started: Started) => void;
}
