import { setImmediate as turn } from 'node:timers/promises';
import type { OperationId } from '../participant/call.js';
import type { Guarded, Verdict } from './barrier.js';
import { sharing } from './sharing.js';

const OPERATION: OperationId = { sagaId: 's-1', step: 'charge', operation: 'action' };
const YES: Verdict = { answer: { status: 200, body: 1 }, effects: 'keep' };

/** A guard whose calls are ended by hand. */
function heldGuard() {
  const calls: { end(guarded: Guarded): void; fail(error: Error): void }[] = [];
  const guard = sharing<undefined>(() => new Promise((end, fail) => calls.push({ end, fail })));
  return { calls, ask: (operation = OPERATION) => guard(operation, async () => YES) };
}

describe('attempts of one operation in one process', () => {
  it('wait for the first without asking the database, and get its answer', async () => {
    const { calls, ask } = heldGuard();
    const attempts = [ask(), ask(), ask()];
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]!.end({ answer: YES.answer, origin: 'work' });
    expect((await Promise.all(attempts)).map(({ origin }) => origin)).toEqual(['work', 'repeat', 'repeat']);
    const later = ask();
    await turn();
    expect(calls).toHaveLength(2);
    calls[1]!.end({ answer: YES.answer, origin: 'barred' });
    expect(await later).toEqual({ answer: YES.answer, origin: 'barred' });
  });

  it('take over, one at a time, from a first that has failed', async () => {
    const { calls, ask } = heldGuard();
    const attempts = [ask(), ask(), ask()].map((attempt) => attempt.catch((error: unknown) => String(error)));
    calls[0]!.fail(new Error('the connection was lost'));
    await turn();
    expect(calls).toHaveLength(2);
    calls[1]!.end({ answer: YES.answer, origin: 'work' });
    expect(await Promise.all(attempts)).toEqual([
      'Error: the connection was lost',
      { answer: YES.answer, origin: 'work' },
      { answer: YES.answer, origin: 'repeat' },
    ]);
  });

  it('do not wait for other operations', async () => {
    const { calls, ask } = heldGuard();
    const others: OperationId[] = [
      { ...OPERATION, operation: 'compensation' },
      { ...OPERATION, step: 'ship' },
      { ...OPERATION, sagaId: 's-2' },
    ];
    for (const operation of [OPERATION, ...others]) void ask(operation);
    await turn();
    expect(calls).toHaveLength(4);
  });
});
