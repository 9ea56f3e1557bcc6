import type { CallOptions } from './client-options.js';

/** What every order of an operator to a saga takes. */
export interface SagaOrderOptions extends CallOptions {
  /** Under one key an order is carried out once, however often it is sent. Default: one of its own for each call. */
  readonly idempotencyKey?: string;
  /** The `seq` at which the operator has seen the saga: once it has gone on, the order is refused. Default: any. */
  readonly seq?: number;
}
