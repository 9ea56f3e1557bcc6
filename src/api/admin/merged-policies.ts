import type { Bulkhead, RateLimit, RetryBudget } from '../../participants/participant.js';
import type { BulkheadDto, PacingDto, RetryBudgetDto } from './board.dto.js';

/*
 * What processes have told of one policy, put together. The rule is the one in force; until a process has made use of it
 * there is nothing to add. `null`: the policy is switched off. `undefined`: this release can't tell.
 */

export function mergedPacing(told: readonly PacingDto[], rule: RateLimit | null | undefined): PacingDto | null {
  const { ratePerSecond, capacity } = rule ?? told[0] ?? {};
  if (rule === null || ratePerSecond === undefined || capacity === undefined) return null;
  return {
    ratePerSecond,
    capacity,
    shared: told.every(({ shared }) => shared),
    stocked: sum(told.map(({ stocked }) => stocked)),
    waitMs: Math.max(0, ...told.map(({ waitMs }) => waitMs)),
  };
}

export function mergedBulkhead(told: readonly BulkheadDto[], rule: Bulkhead | null | undefined): BulkheadDto | null {
  const mode = rule?.mode ?? told[0]?.mode;
  if (rule === null || mode === undefined) return null;
  return {
    mode,
    limit: told.length === 0 ? (rule?.maxConcurrent ?? 0) : sum(told.map(({ limit }) => limit)),
    inFlight: sum(told.map(({ inFlight }) => inFlight)),
    waiting: sum(told.map(({ waiting }) => waiting)),
  };
}

export function mergedRetryBudget(
  told: readonly RetryBudgetDto[],
  rule: RetryBudget | null | undefined,
): RetryBudgetDto | null {
  const { ratio, minPerSecond } = rule ?? told[0] ?? {};
  if (rule === null || ratio === undefined || minPerSecond === undefined) return null;
  return { available: sum(told.map(({ available }) => available)), ratio, minPerSecond };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
