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
    let looking: ReturnType<typeof lag> | null = null;
    // Both gauges are collected side by side: one look is enough for them.
    const look = () => (looking ??= lag().finally(() => (looking = null)));
    this.deliveries = new Counter({
      name: 'skald_webhook_deliveries_total',
      help: 'Events sent to receivers by what came of them',
      labelNames: ['subscription', 'outcome'],
      registers: [registry],
    });
    const gauge = (name: string, help: string, value: (reading: LagReading) => number) =>
      new Gauge({
        ...{ name, help, labelNames: ['subscription'], registers: [registry] },
        // A scrape during an outage shows the last known values and still answers.
        async collect() {
          const readings = names().size === 0 ? [] : await look().catch(() => null);
          if (!readings) return;
          this.reset();
          for (const [id, subscription] of names()) {
            const reading = readings.find(({ subscriptionId }) => subscriptionId === id);
            this.set({ subscription }, reading ? value(reading) : 0);
          }
        },
      });
    gauge('skald_webhook_pending', 'Events that wait for their receiver', ({ pending }) => pending);
    const ageOf = ({ lag: ms }: LagReading) => ms / 1_000;
    gauge('skald_webhook_lag_seconds', 'How long the first event that has not arrived has been waiting', ageOf);
  }

  delivered(subscription: string, { kind }: DeliveryVerdict): void {
    this.deliveries.inc({ subscription, outcome: OUTCOMES[kind] });
  }
}

const OUTCOMES = { synced: 'synced', later: 'retried', failed: 'failed', gone: 'gone' } as const;
