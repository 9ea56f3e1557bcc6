import { randomBytes } from 'node:crypto';
import type { Guarded, Verdict } from '../../src/barrier/barrier.js';
import type { Operation, OperationId } from '../../src/participant/call.js';

/** A line that an operation's work has written, in the transaction that its barrier gave. */
export interface Entry {
  readonly sagaId: string;
  readonly operation: Operation;
}

/** What a test's work can do, whatever kind of transaction it is in. */
export interface Hand {
  /** The effect: writes an entry into the ledger. */
  enter(): Promise<void>;
  /** Breaks the connection that the transaction is on, as the end of the process would. */
  cut(): Promise<void>;
}

/** One process of a service, with connections of its own. */
export interface Instance {
  guard(operation: OperationId, work: (hand: Hand) => Promise<Verdict>): Promise<Guarded>;
  close(): Promise<void>;
}

export interface Surroundings {
  /** How many connections to its database the process has. Default: 4. */
  readonly connections?: number;
  /** Where it finds its database, if something stands in between. */
  readonly through?: { readonly host: string; readonly port: number };
}

/** A kind of barrier with its database, and a ledger in there. */
export interface Stage {
  instance(surroundings?: Surroundings): Promise<Instance>;
  /** All entries, in the order in which they took effect. */
  ledger(): Promise<readonly Entry[]>;
  /** The time of one question to the database. */
  breath(): Promise<void>;
  /** Where the database listens. */
  readonly address: { readonly host: string; readonly port: number };
  /** What a client sends to commit. */
  readonly commit: { readonly word: string; readonly isWhole?: (chunk: Buffer) => boolean };
  /** Whether an attempt that comes while another is at work waits for its answer; else both work, and the first to commit counts. */
  readonly makesOthersWait: boolean;
  close(): Promise<void>;
}

/** A saga that nobody has seen before: a UUIDv7, or near enough. */
export function newSaga(): string {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export const operationOf = (sagaId: string, operation: Operation): OperationId => ({
  sagaId,
  step: 'charge',
  operation,
});

/** A yes that can be told from any other. */
export function yes(mark: string | number = newSaga()): Verdict {
  return { answer: { status: 200, body: { mark } }, effects: 'keep' };
}

/** A business no. */
export function no(mark: string | number = newSaga()): Verdict {
  return { answer: { status: 409, body: { mark, code: 'rejected' } }, effects: 'undo' };
}
