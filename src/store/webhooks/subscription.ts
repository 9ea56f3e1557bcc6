/** Which events a receiver wants: those that meet everything that is given. */
export interface WebhookFilter {
  /** Of sagas of one of these definitions. Default: of any. */
  readonly definitions?: readonly string[];
  /** Of sagas that have all these tags. */
  readonly tags?: { readonly [name: string]: string };
  /** With a fact of one of these types or groups of types. Default: with any. */
  readonly types?: readonly string[];
}

/** What an administrator says of a subscription. */
export interface WebhookWish {
  /** Unique; a label of metrics. */
  readonly name: string;
  readonly url: string;
  readonly filter: WebhookFilter;
}

/** A receiver of saga events. Times in epoch ms. */
export interface WebhookSubscription extends WebhookWish {
  readonly id: string;
  /** `disabled`: nothing is delivered; its events are kept for as long as any. */
  readonly state: 'active' | 'disabled';
  /** Why it is disabled. */
  readonly why: string | null;
  readonly disabledAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The same with the secrets that its messages are signed with, the present one first. Never to be shown. */
export interface SigningSubscription extends WebhookSubscription {
  readonly secrets: readonly string[];
}

/** There is another subscription with this name. */
export class WebhookNameTaken extends Error {
  readonly code = 'webhook-name-taken';

  constructor(name: string) {
    super(`there is another webhook with the name ${JSON.stringify(name)}`);
    this.name = 'WebhookNameTaken';
  }
}
