import type { BreakerOrder } from '../../store/breaker-orders.js';
import type { BreakerDto, BreakerWindowDto } from './board.dto.js';
import { instant } from './participant-state.js';

/**
 * One breaker for what each process has its own. An order comes first; else it is open if at least half of the processes
 * hold it open, half-open if any of them probes, and closed otherwise.
 */
export function mergedBreaker(breakers: readonly BreakerDto[], order?: BreakerOrder): BreakerDto {
  const window = breakers.map((breaker) => breaker.window).reduce(sum, { calls: 0, failures: 0, slow: 0, ms: 0 });
  if (order) return { state: order.state, since: instant(order.at), window };
  const open = breakers.filter(({ state }) => levelOf(state) === 'open');
  const probing = breakers.filter(({ state }) => state === 'half-open');
  if (open.length > 0 && open.length * 2 >= breakers.length) return { state: 'open', since: earliest(open), window };
  if (probing.length > 0) return { state: 'half-open', since: earliest(probing), window };
  const closed = breakers.filter(({ state }) => levelOf(state) === 'closed');
  return { state: 'closed', since: earliest(closed), window };
}

/** A process may not have heard yet that an order was lifted. */
function levelOf(state: BreakerDto['state']): 'open' | 'half-open' | 'closed' {
  switch (state) {
    case 'forced-open':
      return 'open';
    case 'forced-closed':
      return 'closed';
    case 'open':
    case 'half-open':
    case 'closed':
      return state;
  }
}

function sum(a: BreakerWindowDto, b: BreakerWindowDto): BreakerWindowDto {
  return {
    calls: a.calls + b.calls,
    failures: a.failures + b.failures,
    slow: a.slow + b.slow,
    ms: Math.max(a.ms, b.ms),
  };
}

/** Instants as RFC 3339 in UTC sort as they are. */
function earliest(breakers: readonly BreakerDto[]): string | null {
  const instants = breakers.flatMap(({ since }) => since ?? []).sort();
  return instants[0] ?? null;
}
