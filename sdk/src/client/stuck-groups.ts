import type { Operation } from '../participant/call.js';

/** Which stuck sagas; all of it must hold. */
export interface StuckFilter {
  readonly definition?: string;
  readonly participant?: string;
  readonly step?: string;
}

/** Sagas that are stuck for the same reason at the same place. */
export interface StuckGroup {
  /** Of the error; `error` of a {@link SagaFilter} finds the sagas. */
  readonly fingerprint: string;
  readonly definition: string;
  /** `null`: the sagas as a whole were set aside. */
  readonly step: string | null;
  readonly operation: Operation | null;
  readonly code: string;
  /** Of one of them. */
  readonly message: string;
  readonly count: number;
  /** Instant since which the first of them is stuck. */
  readonly oldest: string;
  /** Id of one of them. */
  readonly sample: string;
}
