import { typeormDatabase, type TypeOrmDataSource, type TypeOrmManager } from '../sql/typeorm.js';
import type { Outbox, OutboxOptions } from './outbox.js';
import { sqlOutbox } from './sql-outbox.js';

/**
 * An outbox in Postgres, through TypeORM. A transaction is its `EntityManager`.
 *
 * @example
 * const outbox = typeormOutbox(dataSource);
 * await dataSource.transaction(async (manager) => {
 *   const order = await manager.getRepository(Order).save(draft);
 *   await outbox.startInTransaction(manager, placeOrder, { orderId: order.id });
 * });
 */
export function typeormOutbox<Manager extends TypeOrmManager>(
  dataSource: TypeOrmDataSource<Manager>,
  options?: OutboxOptions,
): Outbox<Manager> {
  return sqlOutbox(typeormDatabase(dataSource), options);
}
