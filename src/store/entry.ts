import type { Operation } from '../saga/definition.js';
import type { Fact, SagaStarted } from '../saga/facts.js';
import type { SagaStatus } from '../saga/state.js';
import type { AuditRecord } from './audit.js';

/** Why an operator may want to look at a saga: what it is stuck at, or what it keeps trying. */
export interface Attention {
  readonly kind: 'stuck' | 'retrying';
  /** `null`: the saga as a whole. */
  readonly step: string | null;
  readonly participant: string | null;
  readonly operation: Operation | null;
  readonly code: string;
  readonly message: string;
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly since: number;
}

/** How the saga's row changes together with an entry. Replaces what the row said. */
export interface RowChange {
  readonly status: SagaStatus;
  readonly paused: boolean;
  /** Asleep on purpose until `due`. */
  readonly parked: boolean;
  /** Epoch ms by the database's clock; `null`: nothing to do by itself; `lease`: somebody drives it, look again after the lease. */
  readonly due: number | null | 'lease';
  readonly finished: boolean;
  readonly attention: Attention | null;
}

/** One entry for the journal of a saga that exists. */
export interface Append {
  readonly sagaId: string;
  /** The number this entry gets: one more than the last entry the caller has seen. */
  readonly seq: number;
  readonly by: string;
  readonly facts: readonly Fact[];
  /** Absent: the saga's row is not touched. */
  readonly row?: RowChange;
  /** Other sagas that become due in the same transaction; one that is being driven becomes due when it parks. */
  readonly wake?: readonly string[];
  /** The concurrency key that this saga holds and gives back. */
  readonly freeConcurrencyKey?: string;
  /** Goes into the audit trail in the same transaction. */
  readonly audit?: AuditRecord;
  /** How long to go on trying while Postgres is away, in ms. */
  readonly patience?: number;
}

/** The first entry of a saga, and its row. A start with a key must bring a fresh id. */
export interface Start {
  readonly sagaId: string;
  readonly fact: SagaStarted;
  readonly by: string;
  /** The saga's own id, or that of the root above it. */
  readonly rootId: string;
  readonly due: 'lease';
  readonly idempotency?: IdempotencyKey;
  /** How long to go on trying while Postgres is away, in ms. */
  readonly patience?: number;
}

export interface IdempotencyKey {
  /** Whose key it is: keys of two callers never meet. */
  readonly scope: string;
  readonly keyHash: Buffer;
  /** Of the request's body. */
  readonly fingerprint: Buffer;
}

export type Appended =
  /** Durable. `at`: epoch ms by the database's clock. `wasParked`: before the row changed; true also when that is not known any more. */
  | { readonly outcome: 'appended'; readonly at: number; readonly wasParked: boolean }
  /** Another driver wrote this number first: reload and look again. */
  | { readonly outcome: 'fenced' };

export type Started =
  | { readonly outcome: 'started'; readonly at: number }
  /** A saga with this id is there already. */
  | { readonly outcome: 'exists' }
  | { readonly outcome: 'replayed'; readonly sagaId: string }
  | { readonly outcome: 'other-body'; readonly sagaId: string }
  | { readonly outcome: 'key-busy'; readonly holder: string };
