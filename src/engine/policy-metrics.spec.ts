import { Registry } from 'prom-client';
import { breaker, endpoint, snapshot } from '../../test/participants/snapshots.js';
import type { ParticipantSnapshot } from '../participants/participant-snapshot.js';
import { PolicyMetrics } from './policy-metrics.js';

describe('metrics of policies', () => {
  const scrape = async (registry: Registry) =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('count what was held back and what was answered in place of a participant', async () => {
    const registry = new Registry();
    const metrics = new PolicyMetrics(registry);
    metrics.refused('payment', 'breaker');
    metrics.refused('payment', 'breaker');
    metrics.refused('mail', 'rate-limit');
    metrics.degraded('mail', 'static_response');
    expect(await scrape(registry)).toEqual([
      'skald_policy_refusals_total{participant="payment",reason="breaker"} 2',
      'skald_policy_refusals_total{participant="mail",reason="rate-limit"} 1',
      'skald_degraded_answers_total{participant="mail",strategy="static_response"} 1',
    ]);
  });

  it('show each participant as it is at the scrape, and none that is gone or has switched the policy off', async () => {
    const registry = new Registry();
    let snapshots: Record<string, ParticipantSnapshot> = {
      closed: snapshot({ breaker: breaker() }),
      held: snapshot({ breaker: breaker({ state: 'forced-closed' }) }),
      probing: snapshot({ breaker: breaker({ state: 'half-open' }) }),
      open: snapshot({ breaker: breaker({ state: 'open' }) }),
      forced: snapshot({ breaker: breaker({ state: 'forced-open' }) }),
      full: snapshot({ bulkhead: { limit: 4, inFlight: 4, waiting: 1, mode: 'fixed' } }),
      ailing: snapshot({ endpoints: [endpoint('http://a:1', { ejectedUntilMs: 10 }), endpoint('http://b:1')] }),
    };
    new PolicyMetrics(registry).watch(() => snapshots);
    const lines = await scrape(registry);
    expect(lines.filter((line) => line.startsWith('skald_breaker_state'))).toEqual([
      'skald_breaker_state{participant="closed"} 0',
      'skald_breaker_state{participant="held"} 0',
      'skald_breaker_state{participant="probing"} 1',
      'skald_breaker_state{participant="open"} 2',
      'skald_breaker_state{participant="forced"} 2',
    ]);
    expect(lines).toContain('skald_endpoints_ejected{participant="ailing"} 1');
    expect(lines).toContain('skald_endpoints_ejected{participant="full"} 0');
    expect(lines.filter((line) => line.startsWith('skald_bulkhead'))).toEqual([
      'skald_bulkhead_in_flight{participant="full"} 4',
    ]);

    snapshots = { open: snapshot({ breaker: breaker() }) };
    expect(await scrape(registry)).toEqual([
      'skald_breaker_state{participant="open"} 0',
      'skald_endpoints_ejected{participant="open"} 0',
    ]);
  });
});
