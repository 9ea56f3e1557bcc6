import { call, hasEnded, OpenedEngine, until } from '../../test/engine/opened-engine.js';
import { statusOf } from '../saga/state.js';
import { stepError } from '../saga/step-error.js';
import { Sagas } from '../store/sagas.js';
import { SagaMoved } from './engine-errors.js';

jest.setTimeout(60_000);

const retry = { what: { verb: 'retry' }, reason: 'it is back', actor: 'ada' } as const;
const key = { key: 'k', request: 'r' };
/** Neither a sign of life nor a sweep helps: who is not woken sleeps on. */
const UNHURRIED = { lease: 30_000, sweepInterval: 30_000 };
const hourly = { retry: { initialInterval: '1h', maxInterval: '1h', jitter: 'none', maxAttempts: 3 } };
let opened: OpenedEngine;

beforeEach(async () => {
  opened = await OpenedEngine.open();
  await opened.define({ name: 'patient', steps: [call('a', hourly)] });
  opened.participant.behave = ({ attempt }) => ({ status: attempt === 1 ? 503 : 200 });
});

afterEach(() => opened.close());

const isParked = (id: string) => async () =>
  (await opened.store.sql(`select from skald.sagas where id = '${id}' and parked`)).length > 0;

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500 && !(await holds()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('an order to retry', () => {
  it('wakes at once a saga that another process has put to sleep for an hour', async () => {
    const [driving, asked] = [
      await opened.engine(UNHURRIED),
      await opened.engine({ ...UNHURRIED, drives: false, takesHints: false }),
    ];
    const { state } = await driving.startSaga({ definition: 'patient', input: {} });
    await eventually(isParked(state.id));
    await asked.order(state.id, retry);
    const done = await until(asked, state.id, hasEnded);
    expect(done.steps[0]!.attempts.action).toBe(2);
  });

  it('that comes to two processes at once under one key is carried out once', async () => {
    const engines = [await opened.engine(UNHURRIED), await opened.engine(UNHURRIED)];
    opened.participant.behave = () => ({ status: 503 });
    const { state } = await engines[0]!.startSaga({ definition: 'patient', input: {} });
    await eventually(isParked(state.id));
    const deliveries = await Promise.all(
      Array.from({ length: 8 }, (_, i) => engines[i % 2]!.order(state.id, { ...retry, idempotency: key })),
    );
    expect(deliveries.filter(({ isRecorded }) => isRecorded)).toHaveLength(1);
    expect(deliveries.flatMap(({ refused }) => refused ?? [])).toEqual([]);
    const tried = await until(engines[0]!, state.id, (s) => s.steps[0]!.attempts.action === 2);
    expect(tried.steps[0]!.wait?.for).toBe('retry');
  });

  it('leaves a saga alone that is not as the operator has seen it', async () => {
    const engine = await opened.engine(UNHURRIED);
    const { state } = await engine.startSaga({ definition: 'patient', input: {} });
    await eventually(isParked(state.id));
    const { seq } = (await engine.find(state.id)).state;
    const order = engine.order(state.id, { ...retry, fits: (at) => at === seq - 1 });
    await expect(order).rejects.toThrow(SagaMoved);
    expect((await engine.find(state.id)).state.seq).toBe(seq);
  });

  it('takes up a saga that was set aside, with as many tries as a new one', async () => {
    const engine = await opened.engine(UNHURRIED);
    const { state } = await engine.startSaga({ definition: 'patient', input: {} });
    await eventually(isParked(state.id));
    await opened.store.sql(`update skald.sagas set recoveries = 11 where id = '${state.id}'`);
    const sagas = new Sagas(await opened.store.another({}));
    expect(await sagas.setAside(state.id, stepError('set-aside', 'its driver broke'))).toBe(true);
    expect(statusOf((await engine.find(state.id)).state)).toBe('stuck');

    const { state: taken } = await engine.order(state.id, retry);
    expect(statusOf(taken)).toBe('running');
    const [row] = await opened.store.sql<{ recoveries: number }>(
      `select recoveries from skald.sagas where id = '${state.id}'`,
    );
    expect(row!.recoveries).toBe(0);
    expect((await until(engine, state.id, hasEnded)).ended).toBe('completed');
  });
});
