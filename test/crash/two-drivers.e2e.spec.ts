import { randomUUID } from 'node:crypto';
import { groupBy } from '../support/group-by.js';
import { type Evidence, judge, type Start } from '../support/invariants.js';
import type { SagaView } from '../support/skald-api.js';
import type { Settings, SkaldProcess } from '../support/skald-process.js';
import { expectSound } from '../support/verdict.js';
import { eventually, sleep } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { SCALE } from './scale.js';
import { onStage, type Stage } from './stage.js';

/** ms; the lease of a stage is 1 s. */
const FREEZE = 3_500;
const SAGAS = 8;

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

  it('does not turn a saga back that another one has led on meanwhile', async () => {
    const DOUBT = {
      name: 'doubt',
      steps: [
        step('reserve'),
        step('charge', { timeout: '1500ms', retry: { maxAttempts: 1 } }),
        step('ship', { kind: 'pivot', timeout: '20s' }),
      ],
    };
    await onStage({ servers: 2, definitions: [DOUBT] }, async (stage) => {
      const [first, second] = stage.servers as [SkaldProcess, SkaldProcess];
      // The first one hears nothing from `charge` and is frozen; the second takes over, is answered, and goes on to the
      // pivot. When the first one wakes, its time-out is long over: for all it knows, it has to turn back.
      second.signal('SIGSTOP');
      const behave = {
        charge: { action: { sequence: [{ effect: false, end: 'hang' }, {}] } },
        ship: { action: { delay: FREEZE } },
      };
      const starts = await startSome(first, 'doubt', { behave });
      await untilCalled(stage, 'charge');
      first.signal('SIGSTOP');
      second.signal('SIGCONT');
      await untilCalled(stage, 'ship');
      first.signal('SIGCONT');
      await sleep(FREEZE);
      expectSound(await stage.evidence({ starts, seenEnds: new Map() }), { planned: 1, landed: 1 });
    });
  }, 120_000);
});

/**
 * Two who want different things of one saga: its driver, which waits for the answer of `charge` and will then go on to
 * the pivot, and a client, who cancels it through another server. The cancel is in the journal before the answer comes,
 * and only the fence tells the driver.
 */
describe('a saga that is cancelled behind the back of its driver', () => {
  /** The longer the lease, the later its driver would learn by itself that the journal has moved. */
  const PATIENT = { SKALD_LEASE: '30s' };

  const duel = (settings: Settings): Promise<Evidence> =>
    onStage({ servers: 2, settings: { ...PATIENT, ...settings } }, async (stage) => {
      const [driver, other] = stage.servers as [SkaldProcess, SkaldProcess];
      other.signal('SIGSTOP'); // so that the first one gets all sagas
      const starts = await startSome(driver, 'order', { behave: { charge: { action: { delay: 1_500 } } } });
      await untilCalled(stage, 'charge');
      other.signal('SIGCONT');
      const cancels = await Promise.all(
        starts.map(({ saga }) => other.api.post(`/v1/sagas/${saga}/cancel`, { reason: 'duel' })),
      );
      const seenEnds = new Map(cancels.map(({ body }) => [(body as SagaView).id, (body as SagaView).status]));
      expect(new Set(seenEnds.values())).toEqual(new Set(['compensating']));
      return stage.evidence({ starts, seenEnds });
    });

  it('is undone: the driver finds the cancel when it records the answer', async () => {
    const evidence = await duel({});
    expect(judge(evidence)).toEqual([]);
    expect(evidence.sagas.map(({ status }) => status)).toEqual(Array(SAGAS).fill('compensated'));
  }, 120_000);

  it('is caught by the judge when the fence is off', async () => {
    const violations = judge(await duel({ SKALD_TEST_FENCE: 'off' }));
    expect(violations.map(({ message }) => message)).toContain('was seen compensating and is now completed');
  }, 120_000);
});

/** Starts a handful of sagas at one server. */
function startSome(server: SkaldProcess, definition: string, input: object): Promise<Start[]> {
  const keys = Array.from({ length: SAGAS }, () => `duel-${randomUUID()}`);
  return Promise.all(
    keys.map(async (key) => ({
      key,
      definition,
      saga: await server.api.start(definition, input, { businessKey: key }),
    })),
  );
}

/** Waits until the action of `name` has been called for every one of them. */
async function untilCalled({ participants }: Stage, name: string): Promise<void> {
  await eventually(`${name} is called for all`, async () => {
    const { calls } = await participants.ledger();
    const called = calls.filter((call) => call.step === name && call.operation === 'action');
    return new Set(called.map(({ saga }) => saga)).size >= SAGAS;
  });
}

describe('two servers without any fault', () => {
  it('never send one attempt twice, though either may be the one that wakes a saga', async () => {
    await onStage({ servers: 2 }, async (stage) => {
      // Refused a few times, with waits that are long enough to let the saga go in between.
      const behave = { charge: { action: { refuseFirst: 4 } }, ship: { action: { refuseFirst: 4 } } };
      const load = stage.underLoad({ rate: 30, total: 150, saga: () => ({ definition: 'order', input: { behave } }) });
      await load.finished();
      const evidence = await stage.evidence();
      expectSound(evidence, { planned: 0, landed: 0 });
      const sent = groupBy(evidence.ledger.calls, ({ key, attempt }) => `${key} attempt ${attempt}`);
      const twice = [...sent].filter(([, calls]) => calls.length > 1).map(([attempt]) => attempt);
      expect(twice).toEqual([]);
    });
  }, 120_000);
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
