import fc from 'fast-check';
import { BARRED, NOTHING_TO_UNDO, type Guarded, type Verdict } from '../../src/barrier/barrier.js';
import type { Json } from '../../src/json.js';
import type { Operation } from '../../src/participant/call.js';
import { describeEveryBarrier } from './every-barrier.js';
import { Gate } from './gate.js';
import { judge } from './judge.js';
import { newSaga, no, operationOf, yes, type Hand, type Instance } from './stage.js';

describeEveryBarrier('A barrier', (scene) => {
  /** One step of a saga, called at several processes, and what came of it. */
  class Step {
    readonly sagaId = newSaga();
    readonly heard: { operation: Operation; answer: Guarded['answer'] }[] = [];
    works = 0;

    async call(
      at: Instance,
      operation: Operation,
      verdict: Verdict = yes(),
      before?: () => Promise<void>,
    ): Promise<Guarded> {
      const guarded = await at.guard(operationOf(this.sagaId, operation), async (hand: Hand) => {
        this.works++;
        await before?.();
        await hand.enter();
        return verdict;
      });
      this.heard.push({ operation, answer: guarded.answer });
      return guarded;
    }

    async ledger(): Promise<Operation[]> {
      const entries = (await scene.stage.ledger()).filter(({ sagaId }) => sagaId === this.sagaId);
      expect(judge({ heard: this.heard, entries })).toEqual([]);
      return entries.map(({ operation }) => operation);
    }
  }

  const instances = (count: number): Promise<Instance[]> =>
    Promise.all(Array.from({ length: count }, () => scene.instance()));

  it.each([
    ['a yes, with one effect', yes, ['action']],
    ['a no, with no effect', no, []],
  ] as const)('gives three calls that come at once one answer: %s', async (_, verdict, effects) => {
    const step = new Step();
    const answers = await Promise.all((await instances(3)).map((at) => step.call(at, 'action', verdict())));
    expect(new Set(answers.map(({ answer }) => JSON.stringify(answer)))).toHaveProperty('size', 1);
    expect(answers.map(({ origin }) => origin).sort()).toEqual(['repeat', 'repeat', 'work']);
    expect(await step.ledger()).toEqual(effects);
  });

  it('makes repeats wait for the first, rather than do the work as well', async () => {
    if (!scene.stage.makesOthersWait) return;
    const step = new Step();
    const gate = new Gate();
    const calls = (await instances(3)).map((at) => step.call(at, 'action', yes(), () => gate.opened));
    for (let i = 0; i < 20; i++) await scene.stage.breath();
    gate.open();
    await Promise.all(calls);
    expect(step.works).toBe(1);
  });

  it('undoes nothing if the compensation comes first, and bars the action when it comes late', async () => {
    const [here, there] = (await instances(2)) as [Instance, Instance];
    const step = new Step();
    expect(await step.call(here, 'compensation')).toEqual({ answer: NOTHING_TO_UNDO, origin: 'nothing-to-undo' });
    expect(await step.call(there, 'action')).toEqual({ answer: BARRED, origin: 'barred' });
    expect(await step.call(there, 'compensation')).toEqual({ answer: NOTHING_TO_UNDO, origin: 'repeat' });
    expect(await step.call(here, 'action')).toEqual({ answer: BARRED, origin: 'barred' });
    expect(step.works).toBe(0);
    expect(await step.ledger()).toEqual([]);
  });

  it('undoes what was done once, however often it is told to', async () => {
    const [here, there, elsewhere] = (await instances(3)) as [Instance, Instance, Instance];
    const step = new Step();
    await step.call(here, 'action');
    await Promise.all([here, there, elsewhere].map((at) => step.call(at, 'compensation')));
    expect((await step.call(here, 'compensation')).origin).toBe('repeat');
    expect(await step.ledger()).toEqual(['action', 'compensation']);
  });

  it('says again what an action said, after it has been undone', async () => {
    const [here] = (await instances(1)) as [Instance];
    const step = new Step();
    const first = await step.call(here, 'action');
    await step.call(here, 'compensation');
    expect(await step.call(here, 'action')).toEqual({ answer: first.answer, origin: 'repeat' });
    expect(await step.ledger()).toEqual(['action', 'compensation']);
  });

  it('has nothing to undo after an action that said no', async () => {
    const [here, there] = (await instances(2)) as [Instance, Instance];
    const step = new Step();
    await step.call(here, 'action', no());
    expect(await step.call(there, 'compensation')).toEqual({ answer: NOTHING_TO_UNDO, origin: 'nothing-to-undo' });
    expect((await step.call(there, 'action')).answer.status).toBe(409);
    expect(await step.ledger()).toEqual([]);
  });

  it('keeps the no of a compensation, and the effect of its action', async () => {
    const [here, there] = (await instances(2)) as [Instance, Instance];
    const step = new Step();
    await step.call(here, 'action');
    expect((await step.call(here, 'compensation', no())).answer.status).toBe(409);
    expect((await step.call(there, 'compensation')).answer.status).toBe(409);
    expect(await step.ledger()).toEqual(['action']);
  });

  it('leaves an action that is still at work undone in the end, if its compensation comes meanwhile', async () => {
    const [here, there] = (await instances(2)) as [Instance, Instance];
    const step = new Step();
    const [atWork, mayGoOn] = [new Gate(), new Gate()];
    const action = step.call(here, 'action', yes(), () => {
      atWork.open();
      return mayGoOn.opened;
    });
    await atWork.opened;
    const compensation = step.call(there, 'compensation');
    for (let i = 0; i < 20; i++) await scene.stage.breath();
    mayGoOn.open();
    await Promise.all([action, compensation]);
    expect([[], ['action', 'compensation']]).toContainEqual(await step.ledger());
  });

  it.each(['action', 'compensation'] as const)(
    'keeps nothing of work that throws, and lets it come again: %s',
    async (operation) => {
      const [here, there] = (await instances(2)) as [Instance, Instance];
      const step = new Step();
      if (operation === 'compensation') await step.call(here, 'action');
      const before = await step.ledger();
      const failing = here.guard(operationOf(step.sagaId, operation), async (hand) => {
        await hand.enter();
        throw new RangeError('thrown by the work');
      });
      await expect(failing).rejects.toThrow(new RangeError('thrown by the work'));
      expect(await step.ledger()).toEqual(before);
      expect((await step.call(there, operation)).origin).toBe('work');
      expect(await step.ledger()).toEqual([...before, operation]);
    },
  );

  it('lets sagas pass that have nothing to do with one that is at work', async () => {
    const [here, there] = (await instances(2)) as [Instance, Instance];
    const [slow, other] = [new Step(), new Step()];
    const gate = new Gate();
    const action = slow.call(here, 'action', yes(), () => gate.opened);
    await other.call(there, 'action');
    await other.call(here, 'compensation');
    const inTheSameSaga = { ...operationOf(slow.sagaId, 'action'), step: 'ship' };
    expect((await there.guard(inTheSameSaga, async () => yes())).origin).toBe('work');
    gate.open();
    await action;
    expect(await other.ledger()).toEqual(['action', 'compensation']);
  });

  it('says again to the letter what was said, whatever JSON it is', async () => {
    const [here, there] = (await instances(2)) as [Instance, Instance];
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.integer({ min: 200, max: 299 }), async (body, status) => {
        const operation = operationOf(newSaga(), 'action');
        const answer = { status, body: body as Json };
        const first = await here.guard(operation, async () => ({ answer, effects: 'keep' }));
        const second = await there.guard(operation, async () => yes());
        expect(JSON.stringify(second.answer)).toBe(JSON.stringify(first.answer));
        expect(JSON.stringify(second.answer)).toBe(JSON.stringify(answer));
      }),
      { numRuns: 30 },
    );
  });
});
