import type { SigningSubscription } from '../../store/webhooks/subscription.js';
import type { WebhookSubscriptions } from '../../store/webhooks/subscriptions.js';

/** How old what is known of the subscriptions may be, in ms. */
const REFRESH_INTERVAL = 1_000;

/** Who subscribes, as of about a second ago. */
export class Receivers {
  private known: ReadonlyMap<string, SigningSubscription> = new Map();
  private readAt = -Infinity;

  constructor(private readonly subscriptions: WebhookSubscriptions) {}

  /** Looks again when it is time. Throws {@link StoreUnavailable}. */
  async refresh(now: number, maxAge = REFRESH_INTERVAL): Promise<void> {
    if (now - this.readAt < maxAge) return;
    const all = await this.subscriptions.all();
    this.known = new Map(all.map((one) => [one.id, one]));
    this.readAt = now;
  }

  /** The next look is due at once. */
  forget(): void {
    this.readAt = -Infinity;
  }

  get all(): readonly SigningSubscription[] {
    return [...this.known.values()];
  }

  get active(): readonly SigningSubscription[] {
    return this.all.filter(({ state }) => state === 'active');
  }

  find(id: string): SigningSubscription | undefined {
    return this.known.get(id);
  }
}
