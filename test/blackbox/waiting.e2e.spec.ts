import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

describeSkald('waiting', (skald) => {
  const approval = (more = {}) => ({ name: 'approval', signal: 'approved', ...more });
  const signal = (id: string, payload: unknown) => skald().api.post(`/v1/sagas/${id}/signals/approved`, payload);

  it('waits for a signal, whose payload is the output of the step', async () => {
    const { api } = skald();
    const id = await api.start(
      await skald().define([step('reserve'), approval(), step('ship', { kind: 'pivot' })]),
      {},
    );
    await api.sagaWhen(id, (saga) => saga.steps[1]!.status === 'waiting');
    expect((await signal(id, { by: 'Ada' })).status).toBeLessThan(300);
    const saga = await api.ended(id);
    expect(saga.status).toBe('completed');
    expect(saga.steps[1]!.output).toEqual({ by: 'Ada' });
  });

  it('keeps a signal that comes early', async () => {
    const { api } = skald();
    const name = await skald().define([step('reserve'), approval(), step('ship', { kind: 'pivot' })]);
    const id = await api.start(name, { behave: { reserve: { action: { delay: 400 } } } });
    expect((await signal(id, { by: 'Ada' })).status).toBeLessThan(300);
    expect((await api.saga(id)).steps[0]!.status).toBe('running');
    const saga = await api.ended(id);
    expect(saga.steps[1]).toMatchObject({ status: 'succeeded', output: { by: 'Ada' } });
  });

  it('turns back when no signal comes in time', async () => {
    const { api } = skald();
    const id = await api.start(await skald().define([step('reserve'), approval({ timeout: '300ms' })]), {});
    expect((await api.ended(id)).status).toBe('compensated');
    expect(await skald().effects(id)).toBe('reserve ~reserve');
    expect((await signal(id, {})).status).toBe(409);
  });

  it('refuses a signal that no step waits for', async () => {
    const { api } = skald();
    const id = await api.start(await skald().define([step('reserve')]), {});
    expect((await signal(id, {})).status).toBeGreaterThanOrEqual(400);
  });

  it('sleeps as long as it was told to', async () => {
    const { api, participants } = skald();
    const id = await api.start(
      await skald().define([step('reserve'), { name: 'cool-off', sleep: '800ms' }, step('ship')]),
      {},
    );
    const asleep = await api.sagaWhen(id, (saga) => saga.steps[1]!.status === 'waiting');
    expect(asleep.dueAt).toEqual(expect.any(String));
    expect((await api.ended(id)).status).toBe('completed');
    const [reserve, ship] = (await participants.ledger(id)).calls;
    expect(ship!.at - reserve!.at).toBeGreaterThanOrEqual(790);
    expect(ship!.at - reserve!.at).toBeLessThan(3_000);
  });

  it('turns back when its deadline passes before the pivot', async () => {
    const { api } = skald();
    const steps = [step('reserve'), approval(), step('ship', { kind: 'pivot' })];
    const id = await api.start(await skald().define(steps, { deadline: '500ms' }), {});
    const saga = await api.ended(id);
    expect(saga).toMatchObject({ status: 'compensated', reason: { code: 'deadline-exceeded' } });
    expect(await skald().effects(id)).toBe('reserve ~reserve');
  });

  it('completes when its deadline passes after the pivot', async () => {
    const { api } = skald();
    const steps = [step('ship', { kind: 'pivot' }), step('mail', { compensation: undefined })];
    const id = await api.start(await skald().define(steps, { deadline: '300ms' }), {
      behave: { mail: { action: { delay: 700 } } },
    });
    expect((await api.ended(id)).status).toBe('completed');
    expect(await skald().effects(id)).toBe('ship mail');
  });

  it('is cancelled before the pivot, even in the middle of a call', async () => {
    const { api } = skald();
    const name = await skald().define([step('reserve'), step('charge'), step('ship', { kind: 'pivot' })]);
    const id = await api.start(name, { behave: { charge: { action: { delay: 400 } } } });
    await api.sagaWhen(id, (saga) => saga.steps[1]!.status === 'running');
    const answer = await api.post(`/v1/sagas/${id}/cancel`, { reason: 'changed my mind' });
    expect(answer.status).toBeLessThan(300);
    const saga = await api.ended(id);
    expect(saga).toMatchObject({ status: 'compensated', reason: { code: 'cancelled', message: 'changed my mind' } });
    expect(await skald().effects(id)).toBe('reserve charge ~charge ~reserve');
  });

  it('can not be cancelled after the pivot', async () => {
    const { api } = skald();
    const name = await skald().define([step('ship', { kind: 'pivot' }), approval()]);
    const id = await api.start(name, {});
    await api.sagaWhen(id, (saga) => saga.steps[0]!.status === 'succeeded');
    const answer = await api.post(`/v1/sagas/${id}/cancel`, { reason: 'too late' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'past-pivot', status: 409 } });
    await signal(id, {});
    expect((await api.ended(id)).status).toBe('completed');
  });

  it('lets the outcome of a pivot in flight decide about a cancel', async () => {
    const { api } = skald();
    const name = await skald().define([step('reserve'), step('ship', { kind: 'pivot' })]);
    const during = async (status: number) => {
      const id = await api.start(name, { behave: { ship: { action: { delay: 300, status } } } });
      await api.sagaWhen(id, (saga) => saga.steps[1]!.status === 'running');
      await api.post(`/v1/sagas/${id}/cancel`, { reason: 'in the middle' });
      return (await api.ended(id)).status;
    };
    expect(await during(200)).toBe('completed');
    expect(await during(409)).toBe('compensated');
  });

  it('runs a child saga, and undoes it as a whole when the parent turns back', async () => {
    const { api } = skald();
    const child = await skald().define([step('pick'), step('pack')], { output: "{% {'box': steps.pack.output.id} %}" });
    const parent = await skald().define([
      step('reserve'),
      { name: 'sub', saga: child, input: '{% input %}' },
      step('ship', { kind: 'pivot' }),
    ]);
    const good = await api.ended(await api.start(parent, {}));
    expect(good.status).toBe('completed');
    expect(good.steps[1]!.output).toEqual({ box: expect.stringContaining('pack-') });

    const bad = await api.start(parent, { behave: { ship: { action: { status: 409 } } } });
    expect((await api.ended(bad)).status).toBe('compensated');
    const all = (await skald().participants.ledger()).effects;
    const childIds = (await api.list('/v1/sagas', `definition=${child}`)).map((saga) => [saga.id, saga.status]);
    expect(childIds.map(([, status]) => status).sort()).toEqual(['compensated', 'completed']);
    const undone = childIds.find(([, status]) => status === 'compensated')![0];
    const story = all
      .filter(({ saga }) => saga === bad || saga === undone)
      .map(({ step: name, outcome }) => `${name} ${outcome}`);
    expect(story).toEqual([
      'reserve applied',
      'pick applied',
      'pack applied',
      'ship none',
      'pack undone',
      'pick undone',
      'reserve undone',
    ]);
  });

  it('does not hold back others while it sleeps', async () => {
    const { api } = skald();
    const sleepy = await skald().define([{ name: 'nap', sleep: '1h' }]);
    await Promise.all(Array.from({ length: 50 }, () => api.start(sleepy, {})));
    const start = Date.now();
    expect((await api.ended(await api.start(await skald().define([step('reserve')]), {}))).status).toBe('completed');
    expect(Date.now() - start).toBeLessThan(2_000);
  });
});
