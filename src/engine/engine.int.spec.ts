import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { call, hasEnded, OpenedEngine, until } from '../../test/engine/opened-engine.js';
import { begin } from '../../test/store/opened-store.js';
import type { Fact } from '../saga/facts.js';
import { statusOf } from '../saga/state.js';
import type { Append, Appended } from '../store/entry.js';
import { Journal } from '../store/journal.js';

jest.setTimeout(60_000);

const input = {};
/** No saga changes hands for want of a sign of life, and a wake-up that gets lost is not made up for in time. */
const UNHURRIED = { lease: 30_000 };
let opened: OpenedEngine;

beforeEach(async () => {
  opened = await OpenedEngine.open();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await opened.close();
});

describe('the engine', () => {
  it('sets a saga aside that breaks every driver, and goes on with the rest of the page (hazard 28)', async () => {
    await opened.define({ name: 'fine', steps: [call('a')] });
    const engine = await opened.engine();
    // A saga whose journal can't be replayed: its first entry is not a start.
    const poison = '01a00000-0000-7000-8000-000000000001';
    await opened.store.sql(`insert into skald.journal (saga_id, seq, append_id, by, facts)
      values ('${poison}', 1, 1, 'test', '[{"type":"turned-back","reason":{"code":"x","message":"y"}}]')`);
    await opened.store.sql(`insert into skald.sagas (id, definition, version, status, seq, due_at, root_id)
      values ('${poison}', 'fine', 1, 'running', 1, now(), '${poison}')`);
    const { state } = await engine.startSaga({ definition: 'fine', input });
    await until(engine, state.id, hasEnded);

    const row = async () =>
      (
        await opened.store.sql<{ status: string; due_at: unknown }>(
          `select status, due_at from skald.sagas where id = '${poison}'`,
        )
      )[0]!;
    for (let i = 0; i < 200 && (await row()).status !== 'stuck'; i++) await sleep(50);
    expect(await row()).toEqual({ status: 'stuck', due_at: null });
  });

  it('takes over what a process was driving that vanished, and repeats its call under the same key', async () => {
    await opened.define({ name: 'slow', steps: [call('a'), call('b', { timeout: '5s' })] });
    let hangs = true;
    opened.participant.behave = ({ step }) => (step === 'b' && hangs ? 'hang' : undefined);
    const first = await opened.engine({ lease: 60_000 });
    const { state } = await first.startSaga({ definition: 'slow', input });
    await until(first, state.id, (s) => s.steps[0]!.status === 'succeeded');
    while (opened.participant.of(state.id).length < 2) await sleep(10);

    // It stops giving signs of life without letting go, as a killed process does.
    await opened.store.sql(`update skald.sagas set due_at = now() where id = '${state.id}'`);
    hangs = false;
    const second = await opened.engine();
    const done = await until(second, state.id, hasEnded);
    expect(done.ended).toBe('completed');
    expect(opened.participant.of(state.id)).toEqual(['action a', 'action b', 'action b']);
  });

  it('waits for no answer beyond the deadline, however long the call may take', async () => {
    const undo = { compensationRetry: { initialInterval: '10ms' } };
    await opened.define({ name: 'late', deadline: '500ms', steps: [call('a', { timeout: '10m', ...undo })] });
    opened.participant.behave = ({ operation }) => (operation === 'action' ? 'hang' : undefined);
    const engine = await opened.engine(UNHURRIED);
    const { state } = await engine.startSaga({ definition: 'late', input });
    const done = await until(engine, state.id, hasEnded);
    expect(done).toMatchObject({ ended: 'compensated', reason: { code: 'deadline-exceeded' } });
    expect(opened.participant.of(state.id)).toEqual(['action a', 'compensation a']);
  });

  it('goes forward or back but never both when cancels race the pivot (hazard 17)', async () => {
    const pivot = { name: 'pay', participant: 'p', kind: 'pivot', action: { path: '/pay' } };
    await opened.define({ name: 'race', steps: [call('a'), pivot, { ...pivot, name: 'tell', kind: 'retriable' }] });
    const engine = await opened.engine(UNHURRIED);
    const ends = { completed: 0, compensated: 0 };
    for (let round = 0; round < 8; round++) {
      await Promise.all(
        Array.from({ length: 25 }, async (_, i) => {
          const { state } = await engine.startSaga({ definition: 'race', input });
          // Some at once, some when it is too late, and most somewhere in between.
          if (i === 1) await until(engine, state.id, (s) => s.steps[1]!.status === 'succeeded');
          else if (i > 1) await sleep(Math.random() * 30);
          const { refused } = await engine.order(state.id, {
            what: { verb: 'cancel' },
            reason: 'changed my mind',
            actor: 'test',
          });
          const done = await until(engine, state.id, hasEnded);
          ends[done.ended!] += 1;
          const calls = opened.participant.of(state.id);
          if (done.ended === 'completed') expect(calls).toEqual(['action a', 'action pay', 'action tell']);
          else expect(calls).not.toContain('action pay');
          if (refused) expect(done.ended).toBe('completed');
        }),
      );
    }
    // Both ends occur, or nothing raced.
    expect(Math.min(ends.completed, ends.compensated)).toBeGreaterThan(0);
  });

  it('lets two processes and a stream of signals work on the same sagas without a double step', async () => {
    const steps = [call('a'), { name: 'one', signal: 's' }, call('b'), { name: 'two', signal: 's' }, call('c')];
    await opened.define({ name: 'talk', steps });
    const engines = [await opened.engine(UNHURRIED), await opened.engine(UNHURRIED)];
    const ids = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const { state } = await engines[i % 2]!.startSaga({ definition: 'talk', input });
        await sleep(Math.random() * 100);
        await engines[(i + 1) % 2]!.signal(state.id, 's', i, 'test');
        await engines[i % 2]!.signal(state.id, 's', i + 1, 'test');
        return state.id;
      }),
    );
    for (const [i, id] of ids.entries()) {
      const done = await until(engines[0]!, id, hasEnded);
      expect(done.ended).toBe('completed');
      expect([done.steps[1]!.output, done.steps[3]!.output]).toEqual([i, i + 1]);
      expect(opened.participant.of(id)).toEqual(['action a', 'action b', 'action c']);
    }
  });

  it('does not act on what it knew of a saga when another process gives the hint', async () => {
    await opened.define({ name: 'ask', steps: [call('a'), { name: 'one', signal: 's' }] });
    const starter = await opened.engine({ ...UNHURRIED, takesHints: false });
    const other = await opened.engine(UNHURRIED);
    const { state } = await starter.startSaga({ definition: 'ask', input });
    await until(other, state.id, ({ steps }) => steps[1]!.status === 'waiting');
    await starter.take({ ids: [state.id], wokenAt: Date.now(), by: 'n2' });
    await sleep(100);
    expect(opened.participant.of(state.id)).toEqual(['action a']);
    await other.signal(state.id, 's', null, 'test');
    await until(other, state.id, hasEnded);
  });

  it('goes on at once when it is woken before it has heard that its saga is asleep', async () => {
    await opened.define({ name: 'ask', steps: [call('a'), { name: 'one', signal: 's' }, call('b')] });
    const { value: append } = Object.getOwnPropertyDescriptor(Journal.prototype, 'append') as {
      value: (this: Journal, entry: Append) => Promise<Appended>;
    };
    jest.spyOn(Journal.prototype, 'append').mockImplementation(async function (this: Journal, entry) {
      const appended = await append.call(this, entry);
      if (entry.row?.parked && !entry.row.finished) await sleep(300);
      return appended;
    });
    const [engine, other] = [await opened.engine(UNHURRIED), await opened.engine({ ...UNHURRIED, takesHints: false })];
    for (const sender of [engine, other]) {
      const { state } = await engine.startSaga({ definition: 'ask', input });
      const isAsleep = `select from skald.sagas where id = '${state.id}' and parked`;
      while ((await opened.store.sql(isAsleep)).length === 0) await sleep(5);
      await sender.signal(state.id, 's', null, 'test');
      await until(engine, state.id, hasEnded);
      expect(opened.participant.of(state.id)).toEqual(['action a', 'action b']);
    }
  });

  it('lets go of everything when it drains, and another process goes on at once', async () => {
    await opened.define({ name: 'long', steps: [call('a'), call('b'), call('c')] });
    opened.participant.behave = () => ({ status: 200, after: 100 });
    const first = await opened.engine();
    const second = await opened.engine();
    const started = await Promise.all(Array.from({ length: 20 }, () => first.startSaga({ definition: 'long', input })));
    await sleep(120);
    await first.drain();
    expect(first.driving).toBe(0);
    for (const { state } of started) {
      const done = await until(second, state.id, hasEnded);
      expect(done.ended).toBe('completed');
      expect(opened.participant.of(state.id)).toEqual(['action a', 'action b', 'action c']);
    }
  });

  it('undoes a child saga as a whole when its parent turns back, and completes it when the parent does', async () => {
    await opened.define({ name: 'kid', steps: [call('k1'), call('k2')] });
    await opened.define({ name: 'parent', steps: [call('a'), { name: 'sub', saga: 'kid' }, call('z')] });
    const engine = await opened.engine();
    for (const end of ['completed', 'compensated'] as const) {
      opened.participant.behave = ({ step }) => ({ status: step === 'z' && end === 'compensated' ? 409 : 200 });
      const { state } = await engine.startSaga({ definition: 'parent', input });
      const done = await until(engine, state.id, hasEnded);
      const child = await until(engine, done.steps[1]!.child!.id, hasEnded);
      expect([done.ended, child.ended]).toEqual([end, end]);
      expect(child.startedAt).toBeGreaterThanOrEqual(done.startedAt - 1);
      const undone = ['compensation k2', 'compensation k1'];
      expect(opened.participant.of(child.id)).toEqual([
        'action k1',
        'action k2',
        ...(end === 'completed' ? [] : undone),
      ]);
    }
  });

  it.each([
    ['which its schema refuses', { input: '{% 7 %}' }, 'invalid-input'],
    ['which cannot be computed', { input: "{% $number('seven') %}" }, 'mapping-error'],
  ])('undoes a parent that turns back before it has started its child with an input %s', async (_, sub, code) => {
    await opened.define({ name: 'kid', input: { type: 'object' }, steps: [call('k')] });
    await opened.define({ name: 'parent', steps: [call('a'), { name: 'sub', saga: 'kid', ...sub }] });
    const journal = opened.store.journal();
    const sagaId = await begin(journal, { fact: { definition: 'parent', input } });
    // The driver chooses the child, a client cancels, and the driver dies before it has started the child.
    const child = { child: uuidv7(), definition: 'kid', version: 1 };
    const reason = { code: 'cancelled', message: 'changed my mind' };
    const entries: Fact[][] = [
      [
        { type: 'step-succeeded', step: 'a', output: null },
        { type: 'child-requested', step: 'sub', ...child },
      ],
      [{ type: 'turned-back', reason }],
    ];
    for (const [i, facts] of entries.entries()) {
      await journal.append({ sagaId, seq: i + 2, by: i === 0 ? 'engine/dead' : 'api', facts });
    }
    await opened.store.sql(`update skald.sagas set due_at = now() where id = '${sagaId}'`);

    const done = await until(await opened.engine(), sagaId, hasEnded);
    expect(done.ended).toBe('compensated');
    expect(done.steps[1]).toMatchObject({ status: 'rejected', error: { code } });
    expect(opened.participant.of(sagaId)).toEqual(['compensation a']);
  });

  it('parks a saga whose participant is away, without holding it in memory, and wakes it by itself', async () => {
    const patient = { retry: { initialInterval: '400ms', jitter: 'none', factor: 1, maxAttempts: 50 } };
    await opened.define({ name: 'patient', steps: [call('a', patient)] });
    opened.participant.behave = ({ attempt }) => ({ status: attempt < 4 ? 503 : 200 });
    const engine = await opened.engine();
    const { state } = await engine.startSaga({ definition: 'patient', input });
    await until(engine, state.id, (s) => s.steps[0]!.attempts.action === 2);
    expect(engine.driving).toBe(0);
    expect(statusOf(await until(engine, state.id, hasEnded))).toBe('completed');
    expect(opened.participant.of(state.id)).toHaveLength(4);
  });

  it('finds a participant that another process has just stored, and puts all calls of a saga into one trace', async () => {
    const once = { participant: 'newcomer', retry: { maxAttempts: 1 } };
    await opened.define({ name: 'fresh', steps: [call('a', once), call('b', once)] });
    const engine = await opened.engine();
    await opened.putParticipant('newcomer');
    const { state } = await engine.startSaga({ definition: 'fresh', input });
    expect((await until(engine, state.id, hasEnded)).ended).toBe('completed');
    const trace = `00-${state.id.replaceAll('-', '')}-`;
    for (const { traceparent } of opened.participant.calls) {
      expect(traceparent).toMatch(new RegExp(`^${trace}[0-9a-f]{16}-00$`));
    }
    expect(opened.participant.calls).toHaveLength(2);
  });
});
