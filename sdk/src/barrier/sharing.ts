import type { OperationId } from '../participant/call.js';
import type { Barrier, Guarded } from './barrier.js';

/**
 * Lets attempts of an operation that is under way in this process wait for it here, and not at the database, each with
 * a connection: while one handler is slow and its caller asks again and again, they would use up the pool.
 */
export function sharing<Tx>(guard: Barrier<Tx>['guard']): Barrier<Tx>['guard'] {
  const underWay = new Map<string, Promise<Guarded>>();

  return async (operation, work) => {
    const key = keyOf(operation);
    for (let other; (other = underWay.get(key));) {
      try {
        const { answer, origin } = await other;
        return { answer, origin: origin === 'barred' ? origin : 'repeat' };
      } catch {
        // It has left nothing behind, so this is the first again; or another one that has waited.
      }
    }
    const own = guard(operation, work);
    underWay.set(key, own);
    try {
      return await own;
    } finally {
      underWay.delete(key);
    }
  };
}

function keyOf({ sagaId, step, operation }: OperationId): string {
  return `${sagaId}/${step}/${operation}`;
}
