import type { ParticipantSnapshot } from '../../participants/participant-snapshot.js';
import type { BreakerDto, EndpointStateDto, ParticipantStateDto } from './board.dto.js';

/** What one process has told of a participant, with instants instead of ages. */
export interface Told {
  /** Epoch ms. */
  readonly at: number;
  readonly snapshot: ParticipantSnapshot;
}

/** A breaker that nobody has made use of. */
export const UNUSED_BREAKER: BreakerDto = {
  state: 'closed',
  since: null,
  window: { calls: 0, failures: 0, slow: 0, ms: 0 },
};

/** How a participant fares in one process. */
export function stateIn({ at, snapshot }: Told): ParticipantStateDto {
  const { rateLimit, shaping, bulkhead, retryBudget, degradation, inFlight, endpoints } = snapshot;
  return {
    breaker: breakerIn({ at, snapshot }),
    rateLimit: rateLimit ?? null,
    shaping: shaping ?? null,
    bulkhead: bulkhead ?? null,
    retryBudget: retryBudget ?? null,
    degraded: degradation?.degraded ?? false,
    inFlight,
    endpoints: endpoints.map(({ ejectedUntilMs, ...rest }): EndpointStateDto => ({
      ...rest,
      ejectedUntil: ejectedUntilMs === null ? null : instant(at + ejectedUntilMs),
    })),
  };
}

function breakerIn({ at, snapshot: { breaker } }: Told): BreakerDto {
  if (!breaker) return UNUSED_BREAKER;
  const { calls, failures, slow, ms } = breaker.window;
  return { state: breaker.state, since: instant(at - breaker.sinceMs), window: { calls, failures, slow, ms } };
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
