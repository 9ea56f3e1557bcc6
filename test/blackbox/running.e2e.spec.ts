import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

describeSkald('running sagas', (skald) => {
  const order = () => [step('reserve'), step('charge'), step('ship', { kind: 'pivot' })];

  it('runs the steps one after the other and completes', async () => {
    const { api } = skald();
    const id = await api.start(await skald().define(order(), { output: "{% {'parcel': steps.ship.output.id} %}" }), {});
    const saga = await api.ended(id);
    expect(saga).toMatchObject({ status: 'completed', output: { parcel: `ship-${id.slice(-6)}` }, reason: null });
    expect(saga.steps.map(({ name, status, kind }) => `${name} ${status} ${kind}`)).toEqual([
      'reserve succeeded compensatable',
      'charge succeeded compensatable',
      'ship succeeded pivot',
    ]);
    expect(await skald().effects(id)).toBe('reserve charge ship');
  });

  it('undoes in reverse what was done when a step is rejected', async () => {
    const { api } = skald();
    const behave = { ship: { action: { status: 409, output: { message: 'no courier' } } } };
    const id = await api.start(await skald().define(order()), { behave });
    const saga = await api.ended(id);
    expect(saga.status).toBe('compensated');
    expect(saga.reason).toMatchObject({ code: 'step-rejected', message: expect.stringContaining('no courier') });
    expect(saga.steps.map(({ status }) => status)).toEqual(['compensated', 'compensated', 'rejected']);
    expect(saga.steps[2]!.error).toMatchObject({
      code: 'http-409',
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(await skald().effects(id)).toBe('reserve charge ship(none) ~charge ~reserve');
  });

  it('tells a participant who calls, for what, and how often it has asked', async () => {
    const { api, participants } = skald();
    const behave = { charge: { action: { refuseFirst: 1 } } };
    const definition = await skald().define([step('reserve'), step('charge')]);
    const id = await api.start(definition, { behave });
    await api.ended(id);
    const calls = (await participants.ledger(id)).calls.filter((call) => call.step === 'charge');
    expect(calls).toHaveLength(2);
    expect(calls.map((call) => call.attempt)).toEqual([1, 2]);
    expect(calls[1]!.seq).toBeGreaterThanOrEqual(calls[0]!.seq);
    for (const { path, body, headers } of calls) {
      expect(path).toBe('/charge');
      expect(body).toEqual({ behave });
      expect(headers).toMatchObject({
        'content-type': expect.stringContaining('application/json'),
        'idempotency-key': `${id}/charge/action`,
        'skald-saga-id': id,
        'skald-definition': expect.stringContaining(definition),
        'skald-step': 'charge',
        'skald-operation': 'action',
        'skald-callback-url': expect.stringMatching(/^http:\/\/.+\/v1\/callbacks\/.{20,}$/),
        'skald-deadline': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
    }
  });

  it('gives a compensation what its action was given and what it answered', async () => {
    const { api, participants } = skald();
    const behave = { charge: { action: { output: { receipt: 7 } } }, ship: { action: { status: 422 } } };
    const id = await api.start(await skald().define(order()), { behave });
    await api.ended(id);
    const { calls } = await participants.ledger(id);
    const undo = calls.find((call) => call.step === 'charge' && call.operation === 'compensation')!;
    expect(undo.path).toBe('/charge/undo');
    expect(undo.key).toBe(`${id}/charge/compensation`);
    expect(undo.attempt).toBe(1);
    expect(undo.body).toMatchObject({
      input: { behave },
      output: { receipt: 7 },
      reason: { code: 'step-rejected', message: expect.any(String) },
    });
  });

  it('maps input and earlier outputs into a body', async () => {
    const { api, participants } = skald();
    const body = "{% {'n': input.n * 2, 'from': steps.reserve.output.id, 'saga': saga.id} %}";
    const id = await api.start(
      await skald().define([step('reserve'), step('charge', { action: { path: '/charge', body } })]),
      { n: 21 },
    );
    await api.ended(id);
    const charge = (await participants.ledger(id)).calls.find((call) => call.step === 'charge')!;
    expect(charge.body).toEqual({ n: 42, from: `reserve-${id.slice(-6)}`, saga: id });
  });

  it('runs branches side by side, joins them, and undoes them in reverse', async () => {
    const { api, participants } = skald();
    const slow = { delay: 150 };
    const steps = [
      step('quote'),
      step('flight', { after: ['quote'] }),
      step('hotel', { after: ['quote'] }),
      step('book', { after: ['flight', 'hotel'], kind: 'pivot' }),
    ];
    const behave = { flight: { action: slow }, hotel: { action: slow }, book: { action: { status: 409 } } };
    const id = await api.start(await skald().define(steps), { behave });
    expect((await api.ended(id)).status).toBe('compensated');
    const words = (await skald().effects(id)).split(' ');
    expect(words[0]).toBe('quote');
    expect(words.slice(1, 3).sort()).toEqual(['flight', 'hotel']);
    expect(words.slice(4, 6).sort()).toEqual(['~flight', '~hotel']);
    expect(words.at(-1)).toBe('~quote');
    const { calls } = await participants.ledger(id);
    const [flight, hotel] = ['flight', 'hotel'].map((name) => calls.find((call) => call.step === name)!);
    expect(Math.abs(flight!.at - hotel!.at)).toBeLessThan(140); // neither waited for the other
  });

  it('skips a step whose condition does not hold, and goes on after an optional step that failed', async () => {
    const { api } = skald();
    const steps = [
      step('reserve'),
      step('discount', { when: '{% input.member = true %}' }),
      step('points', { optional: true }),
      step('ship', { kind: 'pivot' }),
    ];
    const name = await skald().define(steps);
    const behave = { points: { action: { status: 409 } } };
    const saga = await api.ended(await api.start(name, { member: false, behave }));
    expect(saga.status).toBe('completed');
    expect(saga.steps.map(({ status }) => status)).toEqual(['succeeded', 'skipped', 'rejected', 'succeeded']);
    const member = await api.ended(await api.start(name, { member: true }));
    expect(member.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
  });

  it('keeps every saga on the version that it started with', async () => {
    const { api, participants } = skald();
    const name = await skald().define([
      step('reserve', { action: { path: '/v1' } }),
      { name: 'go', signal: 'go' },
      step('ship'),
    ]);
    const id = await api.start(name, {});
    const second = await api.postDefinition({ name, steps: [step('reserve', { action: { path: '/v2' } })] });
    expect(second.version).toBe(2);
    await api.post(`/v1/sagas/${id}/signals/go`, {});
    expect(await api.ended(id)).toMatchObject({ status: 'completed', version: 1 });
    const fresh = await api.ended(await api.start(name, {}));
    expect(fresh.version).toBe(2);
    expect((await participants.ledger(fresh.id)).calls.map(({ path }) => path)).toEqual(['/v2']);
    expect((await participants.ledger(id)).calls.map(({ path }) => path)).toEqual(['/v1', '/ship']);
  });

  it('goes on after the pivot until it succeeds', async () => {
    const { api } = skald();
    const patient = { maxAttempts: 100, initialInterval: '20ms', maxInterval: '50ms' };
    const steps = [
      step('reserve'),
      step('ship', { kind: 'pivot' }),
      step('mail', { compensation: undefined, retry: patient }),
    ];
    const id = await api.start(await skald().define(steps), { behave: { mail: { action: { refuseFirst: 8 } } } });
    const saga = await api.ended(id);
    expect(saga.status).toBe('completed');
    expect(saga.steps[2]).toMatchObject({ name: 'mail', kind: 'retriable', attempts: { action: 9, compensation: 0 } });
  });

  it('gets stuck, visibly, when something can not be undone, and says where', async () => {
    const { api } = skald();
    const behave = { charge: { action: { status: 409 } }, reserve: { compensation: { status: 409 } } };
    const id = await api.start(await skald().define([step('reserve'), step('charge')]), { behave });
    const saga = await api.sagaWhen(id, ({ status }) => status === 'stuck');
    expect(saga).toMatchObject({ stuck: { step: 'reserve', operation: 'compensation', code: 'http-409' } });
  });
});
