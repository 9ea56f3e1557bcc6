import type { Isolation } from '../sql/isolation.js';
import { knexDatabase, type KnexInstance, type KnexTransaction } from '../sql/knex.js';
import { sqlBarrier, type SqlBarrier, type SqlBarrierOptions } from './sql-barrier.js';

/**
 * A barrier in Postgres, through Knex. Handlers get the `Knex.Transaction` of the barrier.
 *
 * @param options `isolation`: default `read committed`
 * @example
 * const barrier = knexBarrier(knex({ client: 'pg', connection }));
 */
export function knexBarrier<Tx extends KnexTransaction>(
  knex: KnexInstance<Tx>,
  { isolation, ...options }: SqlBarrierOptions & { readonly isolation?: Isolation } = {},
): SqlBarrier<Tx> {
  return sqlBarrier(knexDatabase(knex, isolation), options);
}
