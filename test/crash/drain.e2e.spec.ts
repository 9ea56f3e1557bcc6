import { groupBy } from '../support/group-by.js';
import { expectSound } from '../support/verdict.js';
import { sleep } from '../support/waiting.js';
import { onStage } from './stage.js';

describe('a server that is asked to stop under load', () => {
  it('lets go within 25 s, loses nothing, and repeats next to no call', async () => {
    const STOPS = 4;
    await onStage({ servers: 2 }, async (stage) => {
      // Sagas whose calls are repeated only when a server makes it so.
      const behave = { reserve: { action: { linger: 100 } }, charge: { action: { linger: 100 } } };
      const load = stage.underLoad({ rate: 40, saga: () => ({ definition: 'order', input: { behave } }) });
      let landed = 0;
      for (; landed < STOPS; landed++) {
        const server = stage.servers[landed % 2]!;
        await sleep(1_000);
        const asked = Date.now();
        server.signal('SIGTERM');
        expect(await server.exited).toEqual({ code: 0, signal: null });
        expect(Date.now() - asked).toBeLessThan(25_000);
        await server.restart();
      }
      await load.stop();
      const evidence = await stage.evidence();
      expectSound(evidence, { planned: STOPS, landed });
      const { calls } = evidence.ledger;
      const repeated = calls.length - groupBy(calls, (call) => call.key).size;
      expect(repeated / calls.length).toBeLessThanOrEqual(0.01);
    });
  }, 120_000);
});
