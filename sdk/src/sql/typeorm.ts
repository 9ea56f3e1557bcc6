import type { Isolation } from './isolation.js';
import type { Row, SqlDatabase, SqlSession } from './session.js';

/** What we need to know of TypeORM's `EntityManager`. */
export interface TypeOrmManager {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** What we need to know of TypeORM's `DataSource`. */
export interface TypeOrmDataSource<Manager extends TypeOrmManager = TypeOrmManager> {
  transaction<Result>(
    isolation: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE',
    work: (manager: Manager) => Promise<Result>,
  ): Promise<Result>;
}

/** Postgres through TypeORM; the transaction is its `EntityManager`. */
export function typeormDatabase<Manager extends TypeOrmManager>(
  dataSource: TypeOrmDataSource<Manager>,
  isolation: Isolation = 'read committed',
): SqlDatabase<Manager> {
  return {
    transaction: (work) => dataSource.transaction(UPPER[isolation], work),
    session: typeormSession,
  };
}

/** Our statements on an `EntityManager` of TypeORM. */
export function typeormSession(manager: TypeOrmManager): SqlSession {
  return {
    async query(text, values = []) {
      const rows = await (values.length === 0 ? manager.query(text) : manager.query(text, [...values]));
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
  };
}

const UPPER = {
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;
