import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import { allPages, type ListOptions } from './pages.js';
import { textsOf } from './saga-filter.js';
import type { IssuedWebhook, NewWebhook, Webhook, WebhookDelivery, WebhookTrial } from './webhook-subscription.js';

/** Subscriptions: targets that every saga event is sent to. Role `admin`; `operator` may look. */
export class Webhooks {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Makes a subscription. After a lost answer the client does not repeat it by itself: there may be one already.
   * @returns it, with its secret, which is shown this once
   */
  async create(webhook: NewWebhook, options: CallOptions = {}): Promise<IssuedWebhook> {
    const ask = { method: 'POST', path: '/v1/admin/webhooks', json: webhook, repeatable: 'if-without-effect' } as const;
    return this.#connection.ask({ ...options, ...ask });
  }

  /** All subscriptions. */
  list(options: ListOptions = {}): AsyncGenerator<Webhook, void, undefined> {
    return allPages(this.#connection, '/v1/admin/webhooks', options);
  }

  /** @throws {ProblemError} if there is none with this id */
  async get(id: string, options: CallOptions = {}): Promise<Webhook> {
    return this.#connection.ask({ ...options, method: 'GET', path: path`/v1/admin/webhooks/${id}` });
  }

  /** Changes a subscription; its secret stays. */
  async put(id: string, webhook: NewWebhook, options: CallOptions = {}): Promise<Webhook> {
    return this.#connection.ask({ ...options, method: 'PUT', path: path`/v1/admin/webhooks/${id}`, json: webhook });
  }

  /** Ends a subscription, with what has not been delivered. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#connection.ask({ ...options, method: 'DELETE', path: path`/v1/admin/webhooks/${id}` });
  }

  /** Gives it another secret; events are signed with both for a while. The new one is shown this once. */
  async rotateSecret(id: string, options: CallOptions = {}): Promise<IssuedWebhook> {
    const to = path`/v1/admin/webhooks/${id}/rotate-secret`;
    return this.#connection.ask({ ...options, method: 'POST', path: to, repeatable: 'if-without-effect' });
  }

  /** Sends events again to a target that was disabled. */
  async enable(id: string, options: CallOptions = {}): Promise<Webhook> {
    return this.#connection.ask({ ...options, method: 'POST', path: path`/v1/admin/webhooks/${id}/enable` });
  }

  /** Sends an event that means nothing, and says what came of it. */
  async test(id: string, options: CallOptions = {}): Promise<WebhookTrial> {
    return this.#connection.ask({ ...options, method: 'POST', path: path`/v1/admin/webhooks/${id}/test` });
  }

  /**
   * What is to be sent, what arrived, or what was given up.
   *
   * `status`: which of these. Default `pending`.
   */
  deliveries(
    id: string,
    { status, ...options }: ListOptions & { readonly status?: WebhookDelivery['status'] } = {},
  ): AsyncGenerator<WebhookDelivery, void, undefined> {
    return allPages(this.#connection, path`/v1/admin/webhooks/${id}/deliveries`, options, textsOf({ status }));
  }

  /** Sends the events of a span of time again, in order and under the same ids. `to`: default now. */
  async replay(
    id: string,
    span: { readonly from: Date | string; readonly to?: Date | string },
    options: CallOptions = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const to = path`/v1/admin/webhooks/${id}/replay`;
    return this.#connection.ask({ ...options, method: 'POST', path: to, json: textsOf(span) });
  }
}
