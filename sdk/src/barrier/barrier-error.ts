/** Why a barrier can't do its work. `code`: `no-transaction`, `transaction-ended`. */
export class BarrierError extends Error {
  override readonly name = 'BarrierError';

  constructor(
    readonly code: 'no-transaction' | 'transaction-ended',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
