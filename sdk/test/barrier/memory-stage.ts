import { memoryBarrier } from '../../src/barrier/memory-barrier.js';
import type { Entry, Instance, Stage } from './stage.js';

/** The barrier in memory. There is one process only, and nothing of it is left when that ends. */
export async function memoryStage(): Promise<Stage> {
  const barrier = memoryBarrier();
  const entries: Entry[] = [];
  const instance: Instance = {
    guard: (operation, work) =>
      barrier.guard(operation, (tx) => {
        const enter = async (): Promise<void> => {
          const entry = { sagaId: operation.sagaId, operation: operation.operation };
          entries.push(entry);
          tx.onRollback(() => entries.splice(entries.indexOf(entry), 1));
        };
        const cut = (): Promise<never> => Promise.reject(new Error('cut'));
        return work({ enter, cut });
      }),
    close: async () => {},
  };
  return {
    instance: async () => instance,
    ledger: async () => entries,
    breath: () => new Promise((settle) => setImmediate(settle)),
    address: { host: '127.0.0.1', port: 0 },
    commit: { word: '' },
    makesOthersWait: true,
    close: async () => {},
  };
}
