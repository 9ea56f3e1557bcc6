import type { BulkCounts, BulkOperation } from '../../store/bulk-operation.js';

/** With fewer outcomes than these a share says little. */
const FEWEST_OUTCOMES = 10;

/** Most sagas of one operation whose outcome is awaited: those who call them are not overrun, nor those who look. */
const MOST_PENDING = 5_000;

/** What to do next about an operation. */
export type BulkPlan =
  /** Give so many orders (none: only wait for outcomes). */
  | { readonly do: 'order'; readonly count: number }
  /** The canaries have fared well. */
  | { readonly do: 'pass-canary' }
  | { readonly do: 'stop'; readonly because: string }
  | { readonly do: 'complete' };

/** How many items have not had their turn. */
export function waitingOf({ selected, refused, ...counts }: BulkCounts): number {
  return selected - refused - orderedOf(counts);
}

/** How many sagas have taken their order. */
export function orderedOf({ pending, succeeded, failed, undecided }: Omit<BulkCounts, 'selected' | 'refused'>): number {
  return pending + succeeded + failed + undecided;
}

/**
 * A saga that would not take the order has not been harmed and shows nothing: it counts neither as a failure nor as a
 * canary. One whose outcome did not show in time has not been shown to be mended, and counts as a failure.
 * @param allowance orders that its rate lets out now
 */
export function planRound(
  { status, counts, canary, canaryPassed, stopOnFailureRatio }: BulkOperation,
  allowance: number,
): BulkPlan {
  if (status !== 'running') return { do: 'order', count: 0 };
  const { pending, succeeded } = counts;
  const bad = counts.failed + counts.undecided;
  const known = bad + succeeded;
  const waiting = waitingOf(counts);
  if (waiting === 0) return pending === 0 ? { do: 'complete' } : { do: 'order', count: 0 };

  const isTooMuch = known > 0 && bad / known > stopOnFailureRatio;
  const because = `${bad} of ${known} sagas were not mended`;
  if (!canaryPassed) {
    const missing = canary - orderedOf(counts);
    if (missing > 0) return { do: 'order', count: Math.min(missing, waiting, allowance) };
    if (pending > 0) return { do: 'order', count: 0 };
    return isTooMuch ? { do: 'stop', because: `the canaries failed: ${because}` } : { do: 'pass-canary' };
  }
  if (isTooMuch && known >= FEWEST_OUTCOMES) return { do: 'stop', because };
  return { do: 'order', count: Math.max(0, Math.min(waiting, allowance, MOST_PENDING - pending)) };
}
