import { Counter, Gauge, type Registry } from 'prom-client';
import type { ParticipantSnapshot } from '../participants/participant-snapshot.js';

/** The snapshots of all participants that were called here lately, by name. */
export type Snapshots = () => Readonly<Record<string, ParticipantSnapshot>>;

const BREAKER_LEVELS = { closed: 0, 'forced-closed': 0, 'half-open': 1, open: 2, 'forced-open': 2 } as const;

/** How the policies of participants fare in this process (contract §9). */
export class PolicyMetrics {
  private readonly refusals: Counter;
  private readonly degradedAnswers: Counter;

  constructor(private readonly registry: Registry) {
    this.refusals = new Counter({
      name: 'skald_policy_refusals_total',
      help: 'Calls held back by a policy',
      labelNames: ['participant', 'reason'],
      registers: [registry],
    });
    this.degradedAnswers = new Counter({
      name: 'skald_degraded_answers_total',
      help: 'Answers given in place of a participant',
      labelNames: ['participant', 'strategy'],
      registers: [registry],
    });
  }

  /** @param by the policy: `breaker`, `shaping`, `rate-limit`, `bulkhead`, `retry-budget` */
  refused(participant: string, by: string): void {
    this.refusals.inc({ participant, reason: by });
  }

  /** @param strategy of the fallback that answered */
  degraded(participant: string, strategy: string): void {
    this.degradedAnswers.inc({ participant, strategy });
  }

  /** Shows the snapshots as gauges whenever the metrics are scraped. To be called once. */
  watch(snapshots: Snapshots): void {
    const gauge = this.gaugeOf(snapshots);
    gauge(
      'skald_breaker_state',
      '0 closed, 1 half-open, 2 open',
      ({ breaker }) => breaker && BREAKER_LEVELS[breaker.state],
    );
    gauge('skald_bulkhead_in_flight', 'Calls that hold a place', ({ bulkhead }) => bulkhead?.inFlight);
    gauge(
      'skald_endpoints_ejected',
      'Endpoints that are left out for their errors',
      ({ endpoints }) => endpoints.filter(({ ejectedUntilMs }) => ejectedUntilMs !== null).length,
    );
  }

  private gaugeOf(snapshots: Snapshots) {
    return (name: string, help: string, valueOf: (snapshot: ParticipantSnapshot) => number | undefined) => {
      new Gauge({
        name,
        help,
        labelNames: ['participant'],
        registers: [this.registry],
        collect() {
          // A participant that is gone, or has switched the policy off, is not shown with its last value for ever.
          this.reset();
          for (const [participant, snapshot] of Object.entries(snapshots())) {
            const value = valueOf(snapshot);
            if (value !== undefined) this.set({ participant }, value);
          }
        },
      });
    };
  }
}
