import type { DefinitionRef } from '../client/definition-ref.js';
import type { SagaStarter } from './delivery.js';
import type { Relay } from './relay.js';
import type { RelayOptions } from './relay-options.js';
import type { OutboxRow, RowFilter } from './row.js';
import type { OutboxFields } from './start-values.js';

/** How an outbox is kept. */
export interface OutboxOptions {
  /** Its table, `name` or `schema.name`. Default: `skald_outbox`. */
  readonly table?: string;
}

/**
 * Starts sagas from a transaction of the service's own Postgres: a saga is started if, and only if, the transaction
 * commits (https://microservices.io/patterns/data/transactional-outbox.html). The transaction writes a row; a
 * {@link Relay} delivers it until Skald has taken it, or has refused it for good, which stays visible.
 *
 * One row starts one saga, however often it has to be delivered: the first 12 hours by its idempotency key, which Skald
 * knows for 24 hours or longer; after that the relay looks whether the saga is there before it tries again. This holds
 * for as long as Skald keeps finished sagas (`SKALD_RETENTION`), if the row was delivered and nobody heard of it.
 *
 * @typeParam Tx a transaction, in the form of the library that it is made with
 */
export interface Outbox<Tx> {
  /**
   * Writes the start of a saga, in the caller's transaction.
   *
   * @param definition one that was built or stored, which knows the type of input, or just a name
   * @param input JSON, as it is now
   * @returns the row's id, by which {@link rows} tells what has become of it
   * @throws {TypeError} before anything is written, if it can't be a start: an input that JSON can't say, a bad key …
   * @throws {OutboxError} `no-transaction` if there is none: the row would be there whatever becomes of the rest
   *
   * @example
   * await client.query('begin');
   * await client.query('insert into orders (id, sku) values ($1, $2)', [order.id, order.sku]);
   * await outbox.startInTransaction(client, placeOrder, { orderId: order.id, sku: order.sku });
   * await client.query('commit');
   */
  startInTransaction<Input = unknown>(
    tx: Tx,
    definition: string | DefinitionRef<Input>,
    input: NoInfer<Input>,
    fields?: OutboxFields,
  ): Promise<{ readonly id: string }>;
  /** Makes the table if it isn't there. Safe to call from many processes at once, at every start. */
  migrate(): Promise<void>;
  /**
   * What delivers the rows; {@link Relay.start} sets it going.
   * @param skald a `SkaldClient` whose key has the role `submitter`
   */
  relay(skald: SagaStarter, options?: RelayOptions): Relay;
  /**
   * Shows rows, oldest first.
   *
   * @param which.state only those; default: all
   * @param which.limit default 100
   * @example
   * for (const { id, definition, problem } of await outbox.rows({ state: 'refused' })) …
   */
  rows(
    which?: RowFilter & { readonly state?: OutboxRow['state']; readonly limit?: number },
  ): Promise<readonly OutboxRow[]>;
  /**
   * Has refused rows delivered again, when what was in their way is mended.
   *
   * @param which default: all that were refused
   * @returns how many
   * @example
   * await skald.definitions.put(placeOrder);
   * await outbox.retryRefused({ code: 'unknown-definition' });
   */
  retryRefused(which?: RowFilter): Promise<number>;
}

/** Why an outbox can't do its work. `code`: `no-transaction`. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError';

  constructor(
    readonly code: 'no-transaction',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
