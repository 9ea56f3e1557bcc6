import type { OrderVerb } from './order.js';

/** Why an order or a message can't be taken; the state is untouched. */
export interface Refusal {
  /**
   * `already-final`, `past-pivot`, `prepared-child`, `already-compensating`, `already-paused`, `not-paused`, `not-stuck`,
   * `nothing-to-retry`, `nothing-to-skip`, `nothing-to-rebind`, `child-open`, `in-doubt`, `unknown-step`, `invalid-binding`,
   * `unknown-signal`, `too-many-signals`, `stale-callback`, `idempotency-key-reused`.
   */
  readonly code: string;
  readonly message: string;
  /** What can be ordered of the saga as it is. Only with a refused order. */
  readonly allowed?: readonly OrderVerb[];
}

/** There is no step of that name. */
export function unknownStep(
  { name, steps }: { readonly name: string; readonly steps: readonly { readonly name: string }[] },
  step: string,
): Refusal {
  const message = `${name} has no step ${step}; its steps are ${steps.map((other) => other.name).join(', ')}`;
  return { code: 'unknown-step', message };
}
