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
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly filter: WebhookFilter;
  /** `disabled`: nothing is sent; events wait for it. */
  readonly state: 'active' | 'disabled';
  /** Why it is disabled. */
  readonly why: string | null;
  readonly createdAt: string;
  /** Events that were given up lately; a replay brings them again. */
  readonly failed: number;
  /** What newer servers tell. */
  readonly [field: string]: unknown;
}

/** A subscription with the secret that its events are signed with, which is shown this once. */
export interface IssuedWebhook extends Webhook {
  /** `whsec_…` */
  readonly secret: string;
}

/** Events of one saga on their way to one target. Instants. */
export interface WebhookDelivery {
  /** Of an event: `<saga>:<seq>`; the same for every repeat. */
  readonly id: string;
  readonly saga: string;
  readonly seq: number;
  /** The last entry for which the same holds. */
  readonly toSeq: number;
  readonly status: 'pending' | 'synced' | 'failed';
  /** At the first one, so far. */
  readonly attempts: number;
  /** When it is tried again; `null`: not by itself. */
  readonly nextAttemptAt: string | null;
  readonly since: string;
  /** Of the last answer; `null`: there was none. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** What came of an event that was sent to try a target out. */
export interface WebhookTrial {
  readonly delivered: boolean;
  /** Of the answer; `null`: there was none. */
  readonly status: number | null;
  readonly error: string | null;
  /** In ms. */
  readonly latency: number;
}
