import type { BreakerReport } from '../../src/participants/policies/breaker/breaker-report.js';
import type { EndpointSnapshot, ParticipantSnapshot } from '../../src/participants/participant-snapshot.js';

/** A breaker that has seen nothing. */
export const breaker = (more: Partial<BreakerReport> = {}): BreakerReport => ({
  state: 'closed',
  sinceMs: 0,
  why: 'start',
  window: { calls: 0, failures: 0, slow: 0, ms: 30_000 },
  openedMs: null,
  halfOpensMs: null,
  closedByProbeMs: null,
  ...more,
});

/** An endpoint that nothing is known of. */
export const endpoint = (url: string, more: Partial<EndpointSnapshot> = {}): EndpointSnapshot => ({
  ...{
    url,
    inFlight: 0,
    latencyMs: null,
    ejectedUntilMs: null,
    healthy: true,
    share: 100,
    slowStart: false,
    panic: false,
  },
  ...more,
});

/** A participant at rest. */
export const snapshot = (more: Partial<ParticipantSnapshot> = {}): ParticipantSnapshot => ({
  ...{ inFlight: 0, endpoints: [] },
  ...more,
});
