import type { Participant } from '../../participants/participant.js';
import type { BreakerOrder } from '../../store/breaker-orders.js';
import type { ParticipantStateDto } from './board.dto.js';
import { mergedBreaker } from './merged-breaker.js';
import { mergedEndpoints } from './merged-endpoints.js';
import { mergedBulkhead, mergedPacing, mergedRetryBudget } from './merged-policies.js';

/**
 * How a participant fares over all processes that have called it lately.
 * @param participant `undefined`: it was stored by a release that knew fields which this one does not
 */
export function mergedState(
  states: readonly ParticipantStateDto[],
  participant: Participant | undefined,
  order: BreakerOrder | undefined,
): ParticipantStateDto {
  const { rateLimit, shaping, bulkhead, retryBudget, endpoints = [] } = participant ?? {};
  const evenly = shaping && { ratePerSecond: shaping.maxRatePerSecond, capacity: 1 };
  return {
    breaker: mergedBreaker(all('breaker'), order),
    rateLimit: mergedPacing(all('rateLimit'), rateLimit),
    shaping: mergedPacing(all('shaping'), evenly),
    bulkhead: mergedBulkhead(all('bulkhead'), bulkhead),
    retryBudget: mergedRetryBudget(all('retryBudget'), retryBudget),
    degraded: all('degraded').includes(true),
    inFlight: all('inFlight').reduce((sum, inFlight) => sum + inFlight, 0),
    endpoints: mergedEndpoints(endpoints, all('endpoints').flat()),
  };

  function all<K extends keyof ParticipantStateDto>(part: K) {
    return states.map((state) => state[part]).filter((told) => told !== null);
  }
}
