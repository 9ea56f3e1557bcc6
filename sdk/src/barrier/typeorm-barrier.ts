import type { Isolation } from '../sql/isolation.js';
import { typeormDatabase, type TypeOrmDataSource, type TypeOrmManager } from '../sql/typeorm.js';
import { sqlBarrier, type SqlBarrier, type SqlBarrierOptions } from './sql-barrier.js';

/**
 * A barrier in Postgres, through TypeORM. Handlers get the `EntityManager` of the barrier's transaction: what they do
 * with it and its repositories, and only that, takes effect at most once.
 *
 * @param options `isolation`: default `read committed`
 * @example
 * const barrier = typeormBarrier(dataSource);
 * const inventory = participant({ secret: process.env.INVENTORY_SECRET, barrier });
 * inventory.action('/reservations', (call, manager) => manager.getRepository(Reservation).save(call.body));
 */
export function typeormBarrier<Manager extends TypeOrmManager>(
  dataSource: TypeOrmDataSource<Manager>,
  { isolation, ...options }: SqlBarrierOptions & { readonly isolation?: Isolation } = {},
): SqlBarrier<Manager> {
  return sqlBarrier(typeormDatabase(dataSource, isolation), options);
}
