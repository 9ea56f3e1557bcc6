import { setTimeout as sleep } from 'node:timers/promises';
import { call, hasEnded, OpenedEngine, until } from '../../test/engine/opened-engine.js';
import type { Entry } from '../saga/facts.js';
import type { SagaOrder } from '../saga/order.js';
import type { SagaState } from '../saga/state.js';
import { AuditTrail, type AuditEntry } from '../store/audit-trail.js';
import type { Engine } from './engine.js';
import { SagaMoved } from './engine-errors.js';
import type { Delivery } from './messages.js';

jest.setTimeout(180_000);

const SAGAS = 1_000;
/** As many as may be under way at once, so that every order meets its saga at another moment. */
const AT_ONCE = 50;

const STEPS = ['a', 'b', 'pay', 'tell'];
const BUTTONS: readonly (() => SagaOrder)[] = [
  ...STEPS.map((step) => (): SagaOrder => ({ verb: 'skip', step })),
  () => ({ verb: 'compensate' }),
  () => ({ verb: 'cancel' }),
  () => ({ verb: 'retry' }),
  ...Array.from({ length: 2 }, () => (): SagaOrder => ({ verb: 'pause' })),
  () => ({ verb: 'resume' }),
  () => ({ verb: 'rebind', step: pick(STEPS), path: '/elsewhere' }),
  // Only a saga that is stuck or paused can be resolved, so this is pressed more often.
  ...Array.from({ length: 3 }, () => (): SagaOrder => ({
    verb: 'resolve',
    outcome: pick(['completed', 'compensated']),
  })),
];

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)]!;
}

let opened: OpenedEngine;

beforeEach(async () => {
  opened = await OpenedEngine.open();
  const pivot = { name: 'pay', participant: 'p', kind: 'pivot', action: { path: '/pay' } };
  const tell = { ...pivot, name: 'tell', kind: 'retriable', action: { path: '/tell' } };
  await opened.define({ name: 'race', steps: [call('a'), call('b'), pivot, tell] });
  opened.participant.behave = () => ({ status: 200, after: Math.random() * 4 });
});

afterEach(() => opened.close());

/** Presses buttons at random moments; answers how many of them the saga took. */
async function operator(engine: Engine, id: string, actor: string): Promise<number> {
  let taken = 0;
  for (let presses = 1 + Math.floor(Math.random() * 3); presses > 0; presses--) {
    await sleep(Math.random() * 15);
    const { seq } = (await engine.find(id)).state;
    // Every other one only if the saga is as it was seen.
    const fits = Math.random() < 0.5 ? { fits: (at: number) => at === seq } : {};
    try {
      const { isRecorded, refused } = await engine.order(id, { what: pick(BUTTONS)(), reason: 'race', actor, ...fits });
      if (isRecorded) taken++;
      if (refused) expect(isRecorded).toBe(false);
    } catch (err) {
      if (!(err instanceof SagaMoved)) throw err;
    }
  }
  return taken;
}

/** What its participants know must fit what the saga says of itself. */
function judge({ ended, resolved, steps }: SagaState, calls: readonly string[]): void {
  if (resolved) return;
  const undone = calls.filter((c) => c.startsWith('compensation')).map((c) => c.split(' ')[1]!);
  if (ended === 'completed') {
    expect(undone).toEqual([]);
    for (const { name, status } of steps) if (status === 'succeeded') expect(calls).toContain(`action ${name}`);
    return;
  }
  expect(calls).not.toContain('action tell');
  expect(undone).toEqual([...new Set(undone)].sort().reverse());
  for (const { name, settledByOrder } of steps.slice(0, 2)) {
    const mustBeUndone = calls.includes(`action ${name}`) && !settledByOrder;
    if (mustBeUndone) expect(undone).toContain(name);
  }
}

describe('operators who race the engine, and each other (hazard 27)', () => {
  it('leave a thousand sagas whole: each order is in the journal and in the trail once, or in neither', async () => {
    const engines = [await opened.engine({ lease: 10_000 }), await opened.engine({ lease: 10_000 })];
    const taken = new Map<string, number>();
    const run = async (i: number): Promise<void> => {
      const { state } = await engines[i % 2]!.startSaga({ definition: 'race', input: {} });
      const counts = await Promise.all(
        ['ada', 'bob'].map((actor, k) => operator(engines[(i + k) % 2]!, state.id, actor)),
      );
      taken.set(state.id, counts[0]! + counts[1]!);
      const { paused } = (await engines[0]!.find(state.id)).state;
      if (!paused) return;
      const resume = { what: { verb: 'resume' }, reason: 'race', actor: 'ada' } as const;
      if ((await engines[0]!.order(state.id, resume)).isRecorded) taken.set(state.id, taken.get(state.id)! + 1);
    };
    for (let first = 0; first < SAGAS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => run(first + k)));
    }

    const trail = new AuditTrail(opened.store.database);
    const rows = new Map<string, AuditEntry[]>();
    for await (const row of trail.all({})) rows.set(row.saga!, [...(rows.get(row.saga!) ?? []), row]);
    expect(await trail.verify()).toMatchObject({ intact: true });

    const ends = new Map<string, number>();
    for (const [id, count] of taken) {
      const state = await until(engines[0]!, id, hasEnded);
      const how = state.resolved ? 'resolved' : state.ended!;
      ends.set(how, (ends.get(how) ?? 0) + 1);
      judge(state, opened.participant.of(id));
      const { entries } = await engines[0]!.entries(id, 0);
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, k) => k + 1));
      const orders = entries.filter(({ facts }) => facts[0]!.type === 'order-taken');
      expect(orders).toHaveLength(count);
      expect((rows.get(id) ?? []).map(told)).toEqual(orders.map(stands));
    }
    // All that can come of a race has come of one.
    expect([...ends.keys()].sort()).toEqual(['compensated', 'completed', 'resolved']);
    for (const count of ends.values()) expect(count).toBeGreaterThan(5);
  });

  it('press different buttons at once on one stuck saga, and one of them is told that it came too late', async () => {
    opened.participant.behave = ({ step }) => ({ status: step === 'tell' ? 422 : 200 });
    const engines = [await opened.engine(), await opened.engine({ drives: false, takesHints: false })];
    for (let round = 0; round < 20; round++) {
      const { state } = await engines[0]!.startSaga({ definition: 'race', input: {} });
      const { seq } = await until(engines[0]!, state.id, ({ steps }) => steps[3]!.status === 'stuck');
      const press = (engine: Engine, what: SagaOrder, actor: string) =>
        engine.order(state.id, { what, reason: 'race', actor, fits: (at) => at === seq });
      const outcomes = await Promise.allSettled([
        press(engines[0]!, { verb: 'skip', step: 'tell' }, 'ada'),
        press(engines[1]!, { verb: 'resolve', outcome: 'compensated' }, 'bob'),
      ]);
      const words = outcomes.map(wordOf);
      expect(words.filter((word) => word === 'taken')).toHaveLength(1);
      expect(words.filter((word) => word === 'saga-moved' || word === 'already-final')).toHaveLength(1);
      const done = await until(engines[0]!, state.id, hasEnded);
      expect(done.ended).toBe(words[0] === 'taken' ? 'completed' : 'compensated');
    }
  });
});

function wordOf(outcome: PromiseSettledResult<Delivery>): string {
  if (outcome.status === 'rejected') return (outcome.reason as SagaMoved).code;
  return outcome.value.refused?.code ?? 'taken';
}

const told = ({ seq: _, actor, action, after, reason }: AuditEntry): object => ({
  ...{ actor, action, reason },
  seq: (after as { seq: number }).seq,
});

function stands({ seq, by, facts }: Entry): object {
  const [order] = facts;
  if (order?.type !== 'order-taken') throw new Error('no order');
  return { actor: by.replace(/^(operator|client):/, ''), action: `saga.${order.verb}`, reason: order.reason, seq };
}
