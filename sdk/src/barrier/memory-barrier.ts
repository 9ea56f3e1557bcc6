import type { OperationId } from '../participant/call.js';
import type { Barrier, Guarded, Verdict } from './barrier.js';
import { settle, type Places } from './kept.js';

/** Where work that is guarded by a {@link memoryBarrier} says how its effects are taken back. */
export interface MemoryTransaction {
  /** Called if the work throws or says no: the last one told comes first. */
  onRollback(undo: () => void): void;
}

/**
 * A barrier for tests and demos. It follows the same rules as the others, and forgets everything with the process.
 *
 * @example
 * payment.action('/charges', (call, tx) => {
 *   charges.set(call.idempotencyKey, call.body);
 *   tx.onRollback(() => charges.delete(call.idempotencyKey));
 * });
 */
export function memoryBarrier(): Barrier<MemoryTransaction> {
  const steps = new Map<string, Places>();
  const lastInLine = new Map<string, Promise<unknown>>();

  const attempt = async (
    step: string,
    { operation }: OperationId,
    work: (tx: MemoryTransaction) => Promise<Verdict>,
  ): Promise<Guarded> => {
    const places = steps.get(step) ?? {};
    const settled = settle(operation, places);
    if (settled) {
      steps.set(step, settled.places);
      return settled.guarded;
    }
    const { answer, effects } = await inTransaction(work);
    steps.set(step, { ...places, [operation]: { answer, effects, by: operation } });
    return { answer, origin: 'work' };
  };

  return {
    guard(operation, work) {
      const step = `${operation.sagaId}/${operation.step}`;
      const before = lastInLine.get(step) ?? Promise.resolve();
      const result = before.then(() => attempt(step, operation, work));
      lastInLine.set(
        step,
        result.catch(() => {}),
      );
      return result;
    },
  };
}

async function inTransaction(work: (tx: MemoryTransaction) => Promise<Verdict>): Promise<Verdict> {
  const undos: (() => void)[] = [];
  const rollBack = (): void => undos.reverse().forEach((undo) => undo());
  try {
    // What the handler answers with may be an object that it goes on changing.
    const verdict = structuredClone(await work({ onRollback: (undo) => void undos.push(undo) }));
    if (verdict.effects === 'undo') rollBack();
    return verdict;
  } catch (error) {
    rollBack();
    throw error;
  }
}
