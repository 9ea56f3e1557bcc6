import type { Verdict } from '../../src/barrier/barrier.js';
import { memoryBarrier, type MemoryTransaction } from '../../src/barrier/memory-barrier.js';
import { newSaga, no, operationOf, yes } from './stage.js';

describe('A barrier in memory', () => {
  const endings: Record<string, () => Promise<Verdict>> = {
    throws: () => Promise.reject(new Error('thrown by the work')),
    'says no': async () => no(),
  };

  it.each(Object.entries(endings))('takes back what was done when the work %s, the last first', async (_, end) => {
    const takenBack: string[] = [];
    const work = (tx: MemoryTransaction): Promise<Verdict> => {
      for (const effect of ['first', 'second']) tx.onRollback(() => takenBack.push(effect));
      return end();
    };
    await memoryBarrier()
      .guard(operationOf(newSaga(), 'action'), work)
      .catch(() => {});
    expect(takenBack).toEqual(['second', 'first']);
  });

  it('says again what was said, though the handler has changed the object since', async () => {
    const barrier = memoryBarrier();
    const operation = operationOf(newSaga(), 'action');
    const order = { state: 'reserved' };
    const { answer } = await barrier.guard(operation, async () => ({
      answer: { status: 200, body: order },
      effects: 'keep',
    }));
    order.state = 'shipped';
    expect(answer.body).toEqual({ state: 'reserved' });
    expect((await barrier.guard(operation, async () => yes())).answer.body).toEqual({ state: 'reserved' });
  });
});
