import type { Call } from './call.js';
import type { Accepted } from './results.js';
import type { StandardSchema } from '../standard-schema.js';

/**
 * Carries out an operation. What it returns is the answer (200, and the step's output); {@link Accepted} says that the
 * answer comes later. It throws {@link Rejected} for a business no and {@link Later} for "not now"; whatever else it
 * throws is a fault, and Skald asks again.
 *
 * @typeParam Tx the barrier's transaction, to do the effects in; `undefined` without a barrier
 * @example
 * const debit: Handler<{ cents: number }, { balance: number }, PoolClient> = async (call, tx) => {
 *   const { rows } = await tx.query('update accounts set cents = cents - $1 where id = $2 returning cents', [
 *     call.body.cents,
 *     call.params.id,
 *   ]);
 *   if (!rows[0]) throw new Rejected('no such account', { code: 'unknown-account' });
 *   return { balance: rows[0].cents };
 * };
 */
export type Handler<Body = unknown, Output = unknown, Tx = undefined> = (
  call: Call<Body>,
  tx: Tx,
) => Output | Accepted | Promise<Output | Accepted>;

/**
 * What else is known of an operation.
 * @example
 * payment.action('/charges', { body: z.object({ amount: z.number().positive() }) }, (call, tx) =>
 *   charges.insert(tx, call.body.amount),
 * );
 */
export interface HandlerOptions<Schema extends StandardSchema = StandardSchema> {
  /**
   * Schema of the body, of any library that speaks Standard Schema (zod, valibot, arktype …). The handler gets what the
   * schema makes of the body; a body that it refuses is answered 422 with the places, and is a no like {@link Rejected}.
   */
  readonly body?: Schema;
}

/** A handler with what it is registered with, whatever its types. */
export interface Target<Tx> {
  handler(call: Call, tx: Tx): unknown;
  readonly schema: StandardSchema | undefined;
}
