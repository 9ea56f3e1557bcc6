import { randomUUID } from 'node:crypto';
import type { BulkForecast, BulkItem, BulkOperation, BulkOrder } from './bulk-operation.js';
import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import { allPages, type ListOptions } from './pages.js';
import { textsOf } from './saga-filter.js';
import { keyHeader } from './start-body.js';

/** Orders to many sagas at once, by a filter. Role `operator`. */
export class Bulk {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What {@link start} would do, without doing it: the exact count, and what would be refused. */
  async dryRun(order: BulkOrder, options: CallOptions = {}): Promise<BulkForecast> {
    const json = { ...order, dryRun: true };
    return this.#connection.ask({ ...options, method: 'POST', path: '/v1/admin/bulk', json });
  }

  /**
   * Starts an operation. The sagas are those that the filter finds now; the server orders one after the other, through
   * restarts, and looks what becomes of each. Carried out once per idempotency key.
   *
   * `idempotencyKey`: default: one of its own for each call.
   */
  async start(
    order: BulkOrder,
    { idempotencyKey = randomUUID(), ...options }: CallOptions & { readonly idempotencyKey?: string } = {},
  ): Promise<BulkOperation> {
    const ask = { method: 'POST', path: '/v1/admin/bulk', headers: keyHeader(idempotencyKey), json: order } as const;
    return this.#connection.ask({ ...options, ...ask });
  }

  /** @throws {ProblemError} if there is none with this id */
  async get(id: string, options: CallOptions = {}): Promise<BulkOperation> {
    return this.#connection.ask({ ...options, method: 'GET', path: path`/v1/admin/bulk/${id}` });
  }

  /** All operations, the latest first. */
  list(options: ListOptions = {}): AsyncGenerator<BulkOperation, void, undefined> {
    return allPages(this.#connection, '/v1/admin/bulk', options);
  }

  /**
   * The sagas of an operation and what became of each.
   *
   * `outcome`: only those of this one.
   */
  items(
    id: string,
    { outcome, ...options }: ListOptions & { readonly outcome?: string } = {},
  ): AsyncGenerator<BulkItem, void, undefined> {
    return allPages(this.#connection, path`/v1/admin/bulk/${id}/items`, options, textsOf({ outcome }));
  }

  /** Orders no more sagas until it is resumed. */
  async pause(id: string, reason: string, options: CallOptions = {}): Promise<BulkOperation> {
    return this.#steer(id, 'pause', reason, options);
  }

  /** Goes on with an operation that was paused. */
  async resume(id: string, reason: string, options: CallOptions = {}): Promise<BulkOperation> {
    return this.#steer(id, 'resume', reason, options);
  }

  /** Ends an operation; what was ordered stays ordered. */
  async cancel(id: string, reason: string, options: CallOptions = {}): Promise<BulkOperation> {
    return this.#steer(id, 'cancel', reason, options);
  }

  #steer(id: string, verb: string, reason: string, options: CallOptions): Promise<BulkOperation> {
    const to = path`/v1/admin/bulk/${id}/${verb}`;
    return this.#connection.ask({ ...options, method: 'POST', path: to, json: { reason } });
  }
}
