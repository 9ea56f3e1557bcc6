/** Which events a subscription gets; all of it must hold. What is left out holds for all. */
export interface WebhookFilter {
  readonly definitions?: readonly string[];
  /** Of sagas with all of these tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Types of facts, or groups of them such as `saga.completed`. */
  readonly types?: readonly string[];
}

/** Where saga events are to go. */
export interface NewWebhook {
  /** For people, and in metrics. */
  readonly name: string;
  readonly url: string;
  readonly filter?: WebhookFilter;
}

/** A subscription as Skald keeps it. Instants. */
export interface Webhook extends NewWebhook {
  readonly id: string;
  readonly state: 'active' | 'disabled';
  readonly createdAt: string;
  /** `whsec_…`, shown once: by the calls that make one. */
  readonly secret?: string;
  /** Why it is disabled, how far it lags, and what newer servers tell. */
  readonly [field: string]: unknown;
}

/** One event on its way to one target. */
export interface WebhookDelivery {
  /** `<saga>:<seq>`; the same for every repeat. */
  readonly id?: string;
  readonly status: 'pending' | 'synced' | 'failed';
  readonly attempts: number;
  /** The last error, when it is tried again, and what newer servers tell. */
  readonly [field: string]: unknown;
}
