import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import type { Operation } from '../../src/participant/call.js';
import { describeDurableBarriers } from './every-barrier.js';
import { newSaga, operationOf, yes, type Hand } from './stage.js';

describeDurableBarriers('A barrier whose process or connection ends', (scene) => {
  const ledgerOf = async (sagaId: string): Promise<Operation[]> =>
    (await scene.stage.ledger()).filter((entry) => entry.sagaId === sagaId).map(({ operation }) => operation);

  const enter = async (hand: Hand): Promise<ReturnType<typeof yes>> => {
    await hand.enter();
    return yes();
  };

  /** A saga in which everything before `operation` has been done. */
  const sagaBefore = async (operation: Operation): Promise<string> => {
    const sagaId = newSaga();
    const instance = await scene.instance();
    if (operation === 'compensation') await instance.guard(operationOf(sagaId, 'action'), enter);
    return sagaId;
  };

  describe.each([
    ['action', ['action']],
    ['compensation', ['action', 'compensation']],
  ] as const)('in mid-%s', (name, effects) => {
    it('has done nothing if that was between the effect and the answer, so the next attempt does it', async () => {
      const operation = operationOf(await sagaBefore(name), name);
      const [ending, next] = [await scene.instance(), await scene.instance()];
      const cut = ending.guard(operation, async (hand) => {
        await hand.enter();
        await hand.cut();
        return yes();
      });
      await expect(cut).rejects.toThrow();
      expect(await next.guard(operation, enter)).toHaveProperty('origin', 'work');
      expect(await ledgerOf(operation.sagaId)).toEqual(effects);
    });

    it('has done it if that was between the commit and the answer, so the next attempt finds the answer', async () => {
      const operation = operationOf(await sagaBefore(name), name);
      const proxy = await TcpProxy.start(scene.stage.address);
      const [unheard, next] = [await scene.instance({ through: proxy.address }), await scene.instance()];
      const lost = unheard.guard(operation, async (hand) => {
        await hand.enter();
        proxy.loseAnswersTo(scene.stage.commit.word, 1, scene.stage.commit.isWhole);
        return yes('the first answer');
      });
      await expect(lost).rejects.toThrow();
      expect(proxy.lost).toBe(1);
      expect(await next.guard(operation, enter)).toEqual({ answer: yes('the first answer').answer, origin: 'repeat' });
      expect(await ledgerOf(operation.sagaId)).toEqual(effects);
      await proxy.refuse();
    });

    it('goes on with new connections', async () => {
      const operation = operationOf(await sagaBefore(name), name);
      const instance = await scene.instance({ connections: 1 });
      const cut = instance.guard(operation, async (hand) => {
        await hand.cut();
        return yes();
      });
      await expect(cut).rejects.toThrow();
      expect(await instance.guard(operation, enter)).toHaveProperty('origin', 'work');
      expect(await ledgerOf(operation.sagaId)).toEqual(effects);
    });
  });
});
