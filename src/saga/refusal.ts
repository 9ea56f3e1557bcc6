/** Why an order or a message can't be taken; the state is untouched. */
export interface Refusal {
  /** `already-final`, `past-pivot`, `unknown-signal`, `too-many-signals`, `stale-callback`, `prepared-child`, `nothing-to-retry`, `idempotency-key-reused`. */
  readonly code: string;
  readonly message: string;
}
