import { Counter, Gauge, type Registry } from 'prom-client';
import type { LagReading } from '../../store/webhooks/sync-state.js';
import type { DeliveryVerdict } from './verdict.js';

/** What is seen of deliveries. The name of a subscription is an administrator's, so there are few. */
export class WebhookMetrics {
  private readonly deliveries: Counter;

  /**
   * @param lag what waits, by subscription
   * @param names of all subscriptions, by id
   */
  constructor(registry: Registry, lag: () => Promise<readonly LagReading[]>, names: () => ReadonlyMap<string, string>) {
    this.deliveries = new Counter({
      name: 'skald_webhook_deliveries_total',
      help: 'Events sent to receivers by what came of them',
      labelNames: ['subscription', 'outcome'],
      registers: [registry],
    });
    const pending = new Gauge({
      name: 'skald_webhook_pending',
      help: 'Events that wait for their receiver',
      labelNames: ['subscription'],
      registers: [registry],
    });
    new Gauge({
      name: 'skald_webhook_lag_seconds',
      help: 'How long the first event that has not arrived has been waiting',
      labelNames: ['subscription'],
      registers: [registry],
      // A scrape during an outage shows the last known values and still answers.
      async collect() {
        const readings = names().size === 0 ? [] : await lag().catch(() => null);
        if (!readings) return;
        this.reset();
        pending.reset();
        for (const [id, subscription] of names()) {
          const reading = readings.find(({ subscriptionId }) => subscriptionId === id);
          this.set({ subscription }, (reading?.lag ?? 0) / 1_000);
          pending.set({ subscription }, reading?.pending ?? 0);
        }
      },
    });
  }

  delivered(subscription: string, { kind }: DeliveryVerdict): void {
    this.deliveries.inc({ subscription, outcome: OUTCOMES[kind] });
  }
}

const OUTCOMES = { synced: 'synced', later: 'retried', failed: 'failed', gone: 'gone' } as const;
