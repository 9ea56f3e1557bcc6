import type { Policy } from '../../chain.js';
import { outcomeOf } from '../outcome.js';
import type { RetryBudget } from './retry-budget.js';

/** A retry that is released by this was paid when it was parked, also in another process. */
const RETRY_BUDGET = 'retry-budget';

/** A retry that is released by this has to ask again. */
const OVERDRAWN = 'retry-budget-full';

/** Comes after this policy in the chain: a retry that waits for a place there has been paid here, and stays paid. */
const BULKHEAD = 'bulkhead';

/**
 * Lets first attempts through, and retries as far as first attempts have paid for them; the others are parked until
 * they can be paid.
 * @param clock ms of a clock that never goes back
 */
export function retryBudgetPolicy(budget: RetryBudget, clock: () => number): Policy {
  return async (call, next) => {
    const { attempt, operation, releasedBy } = call;
    const isRetry = attempt > 1;
    if (isRetry && releasedBy !== RETRY_BUDGET && releasedBy !== BULKHEAD) {
      const later = budget.spend(operation, clock());
      if (later) return { kind: 'refused', by: later.isPaid ? RETRY_BUDGET : OVERDRAWN, wait: Math.ceil(later.wait) };
    }
    const reply = await next(call);
    const wasSent = outcomeOf(reply) !== 'unsent';
    const waitsBehind = reply.kind === 'refused' && reply.by === BULKHEAD;
    // A call may come here many times before it is sent, and earns once.
    if (!isRetry && wasSent) budget.earn(clock());
    if (isRetry && !wasSent && !waitsBehind) budget.putBack(operation, clock());
    return reply;
  };
}
