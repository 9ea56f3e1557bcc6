import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

/** No test waits that long. */
const HOURLY = { maxAttempts: 3, initialInterval: '1h', maxInterval: '1h', jitter: 'none' };

describeSkald('an order to retry', (skald) => {
  const retry = (id: string, headers: Readonly<Record<string, string>> = {}, reason = 'mended') =>
    skald().api.post(`/v1/admin/sagas/${id}/retry`, { reason }, headers);

  /** A saga whose only step has failed once and waits for an hour. */
  const waiting = async (): Promise<string> => {
    const { api } = skald();
    const name = await skald().define([step('charge', { retry: HOURLY })]);
    const id = await api.start(name, { behave: { charge: { action: { sequence: [{ status: 503 }, {}] } } } });
    await api.sagaWhen(id, (saga) => saga.steps[0]!.waitingFor?.what === 'retry');
    return id;
  };

  it('sends at once what would have waited for an hour, as attempt 2', async () => {
    const { api, participants } = skald();
    const id = await waiting();
    const [charge] = (await api.saga(id)).steps;
    expect(charge).toMatchObject({ attempts: { action: 1 }, error: { code: 'http-503' } });
    expect(charge!.waitingFor).toEqual({ what: 'retry', until: charge!.nextAttemptAt });
    expect(Date.parse(charge!.nextAttemptAt!) - Date.parse(charge!.startedAt!)).toBeGreaterThanOrEqual(3_600_000);

    const answer = await retry(id);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, status: 'running', steps: [{ waitingFor: null, nextAttemptAt: null }] });
    expect(answer.headers.get('etag')).toBe(`"${answer.body.seq}"`);

    const saga = await api.ended(id, 5_000);
    expect(saga).toMatchObject({ status: 'completed', steps: [{ attempts: { action: 2 } }] });
    const { calls } = await participants.ledger(id);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  });

  it('undoes a saga that was stuck at a compensation, once its participant is mended', async () => {
    const { api } = skald();
    const name = await skald().define([step('reserve'), step('charge'), step('ship', { kind: 'pivot' })]);
    const behave = {
      ship: { action: { status: 409 } },
      charge: { compensation: { sequence: [{ status: 422, effect: false }, {}] } },
    };
    const id = await api.start(name, { behave });
    const stuck = await api.sagaWhen(id, (saga) => saga.status === 'stuck');
    expect(stuck.steps[1]).toMatchObject({ status: 'stuck', error: { code: 'http-422' }, waitingFor: null });
    expect(stuck.steps[1]!.compensationStartedAt).toEqual(expect.any(String));

    expect((await retry(id, {}, 'the ledger is open again')).body).toMatchObject({
      status: 'compensating',
      stuck: null,
    });
    const saga = await api.ended(id, 5_000);
    expect(saga.status).toBe('compensated');
    expect(saga.steps[1]!.attempts).toEqual({ action: 1, compensation: 2 });
    expect(await skald().effects(id)).toBe('reserve charge ship(none) charge(none) ~charge ~reserve');

    const ordered = (await api.journal(id)).find(({ facts }) => facts[0]!.type === 'order-taken')!;
    expect(ordered.by).toMatch(/^operator:/);
    expect(ordered.facts).toEqual([
      { type: 'order-taken', verb: 'retry', reason: 'the ledger is open again' },
      { type: 'retry-ordered', step: 'charge', operation: 'compensation' },
    ]);
  });

  it('is carried out once under one Idempotency-Key, and refused under a key that stood for another', async () => {
    const { api } = skald();
    const id = await waiting();
    const key = { 'idempotency-key': `retry-${id}` };
    expect((await retry(id, key)).headers.get('idempotency-replayed')).toBeNull();
    await api.ended(id, 5_000);
    const again = await retry(id, { ...key, 'if-match': '"2"' });
    expect(again).toMatchObject({ status: 200, body: { id, status: 'completed' } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await retry(id, key, 'something else')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    const taken = (await api.journal(id)).flatMap(({ facts }) => facts.filter(({ type }) => type === 'order-taken'));
    expect(taken).toHaveLength(1);
  });

  it('is refused when the saga has gone on since the operator looked at it', async () => {
    const { api } = skald();
    const id = await waiting();
    const { seq } = await api.saga(id);
    expect(await retry(id, { 'if-match': `"${seq - 1}"` })).toMatchObject({
      status: 412,
      body: { code: 'saga-moved' },
    });
    expect((await api.saga(id)).seq).toBe(seq);
    expect((await retry(id, { 'if-match': `"${seq}"` })).status).toBe(200);
    expect((await api.ended(id, 5_000)).status).toBe('completed');
  });

  it('says why when there is nothing to retry', async () => {
    const { api } = skald();
    const accepted = { behave: { charge: { action: { status: 202 } } } };
    const id = await api.start(await skald().define([step('charge')]), accepted);
    const saga = await api.sagaWhen(id, ({ steps }) => steps[0]!.status === 'waiting');
    expect(saga.steps[0]!.waitingFor).toMatchObject({ what: 'callback' });
    const refused = await retry(id);
    expect(refused).toMatchObject({ status: 409, body: { code: 'nothing-to-retry' } });
    expect(refused.body.detail).toMatch(/charge may be in work/);

    await api.post(`/v1/sagas/${id}/cancel`, { reason: 'enough' });
    await api.ended(id);
    expect(await retry(id)).toMatchObject({ status: 409, body: { code: 'already-final' } });
    expect(await retry('01a00000-0000-7000-8000-000000000000')).toMatchObject({ status: 404 });
  });

  it('wants a reason, and headers that mean something', async () => {
    const id = await waiting();
    const path = `/v1/admin/sagas/${id}/retry`;
    expect(await skald().api.post(path, {})).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/reason' }] },
    });
    expect(await retry(id, { 'if-match': '2' })).toMatchObject({ status: 400, body: { code: 'invalid-if-match' } });
    expect(await retry(id, { 'idempotency-key': ' ' })).toMatchObject({ status: 400 });
  });
});
