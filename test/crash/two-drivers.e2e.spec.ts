import { randomUUID } from 'node:crypto';
import { type Evidence, judge, type Start } from '../support/invariants.js';
import { expectSound } from '../support/verdict.js';
import { eventually, sleep } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { SCALE } from './scale.js';
import { onStage } from './stage.js';

const FREEZE = 3_500;

describe('a worker that is frozen beyond its lease', () => {
  it('finds its sagas in other hands when it wakes, and spoils nothing', async () => {
    await onStage({ servers: 2 }, async (stage) => {
      const load = stage.underLoad();
      let landed = 0;
      for (; landed < SCALE.freezes; landed++) {
        const server = stage.servers[landed % 2]!;
        await sleep(1_000);
        server.signal('SIGSTOP');
        await sleep(FREEZE);
        server.signal('SIGCONT');
      }
      await sleep(500);
      await load.stop();
      expectSound(await stage.evidence(), { planned: SCALE.freezes, landed });
    });
  }, 120_000);

  /**
   * Two drivers that want different things. The first calls `charge`, hears nothing, and is frozen; the second takes
   * over, calls again, is answered, and goes on to the pivot. When the first one wakes, its time-out is over: it believes
   * that it has to turn back. Only the fence keeps it from doing so.
   */
  const DUEL = {
    name: 'duel',
    steps: [
      step('reserve'),
      step('charge', { timeout: '1500ms', retry: { maxAttempts: 1 } }),
      step('ship', { kind: 'pivot', timeout: '20s' }),
    ],
  };
  const SAGAS = 8;

  const duel = (settings: Readonly<Record<string, string>>): Promise<Evidence> =>
    onStage({ servers: 2, settings, definitions: [DUEL] }, async (stage) => {
      const [first, second] = stage.servers;
      second!.signal('SIGSTOP'); // so that the first one gets all sagas
      const behave = {
        charge: { action: { sequence: [{ effect: false, end: 'hang' }, {}] } },
        ship: { action: { delay: FREEZE } },
      };
      const starts: Start[] = await Promise.all(
        Array.from({ length: SAGAS }, async () => {
          const key = `duel-${randomUUID()}`;
          return { key, definition: 'duel', saga: await first!.api.start('duel', { behave }, { businessKey: key }) };
        }),
      );
      const charges = async () =>
        (await stage.participants.ledger()).calls.filter(
          (call) => call.step === 'charge' && call.operation === 'action',
        );
      await eventually('all are charged', async () => (await charges()).length >= SAGAS);
      first!.signal('SIGSTOP');
      second!.signal('SIGCONT');
      const taken = await eventually('the second takes over', async () => {
        const sagas = new Set(
          (await stage.participants.ledger()).calls.filter((call) => call.step === 'ship').map(({ saga }) => saga),
        );
        return sagas.size === SAGAS && sagas;
      });
      first!.signal('SIGCONT');
      await sleep(FREEZE);
      const evidence = await stage.evidence({ starts, seenEnds: new Map() });
      expect(taken.size).toBe(SAGAS);
      return evidence;
    });

  it('can not turn a saga back that another one has led on', async () => {
    expectSound(await duel({}), { planned: 1, landed: 1 });
  }, 60_000);

  it('is caught by the judge when the fence is off', async () => {
    const violations = judge(await duel({ SKALD_TEST_FENCE: 'off' }));
    expect(violations.map(({ invariant }) => invariant)).toContain('I5');
  }, 60_000);
});

describe('a participant without a barrier', () => {
  it('is caught by the judge when a server is killed between an answer and its record', async () => {
    const evidence = await onStage({ servers: 1, barrier: false }, async (stage) => {
      const [server] = stage.servers;
      await server!.kill();
      await server!.restart({ SKALD_CRASH_AT: 'after-call:2' });
      const key = randomUUID();
      const saga = await stage.api.start('order', {}, { businessKey: key });
      await server!.exited;
      await server!.restart();
      await stage.api.ended(saga);
      return stage.evidence({ starts: [{ key, definition: 'order', saga }], seenEnds: new Map() });
    });
    expect(judge(evidence)).toEqual([
      { invariant: 'I6', saga: evidence.starts[0]!.saga, message: 'charge was applied 2 times' },
    ]);
  }, 60_000);
});
