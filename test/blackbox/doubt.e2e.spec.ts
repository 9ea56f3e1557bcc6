import type { JsonObject } from '../../src/saga/json.js';
import { eventually } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

describeSkald('calls', (skald) => {
  describe('whose outcome is in doubt', () => {
    const once = { maxAttempts: 1 };

    it('undoes an action that never answered, and its late success changes nothing', async () => {
      const { api } = skald();
      const steps = [
        step('reserve'),
        step('charge', { timeout: '300ms', retry: once }),
        step('ship', { kind: 'pivot' }),
      ];
      // Its effect comes after three times the time-out, and finds that its compensation was there first.
      const id = await api.start(await skald().define(steps), { behave: { charge: { action: { delay: 900 } } } });
      const saga = await api.ended(id);
      expect(saga.status).toBe('compensated');
      expect(saga.reason?.code).toBe('step-in-doubt');
      expect(saga.steps.map(({ status }) => status)).toEqual(['compensated', 'compensated', 'skipped']);
      await eventually('the late action arrives', async () => (await skald().effects(id)).includes('charge(barred)'));
      expect(await skald().effects(id)).toBe('reserve charge(nothing-to-undo) ~reserve charge(barred)');
      expect((await api.saga(id)).status).toBe('compensated');
    });

    it.each<[string, JsonObject]>([
      ['answered 500', { status: 500, effect: true }],
      ['reset the connection', { end: 'reset' }],
      ['cut its answer', { end: 'cut' }],
      ['dripped past its time-out', { end: 'drip', every: 100 }],
    ])('undoes an action that took effect but %s', async (_what, behaviour) => {
      const { api } = skald();
      const steps = [
        step('reserve'),
        step('charge', { timeout: '500ms', retry: once }),
        step('ship', { kind: 'pivot' }),
      ];
      const id = await api.start(await skald().define(steps), { behave: { charge: { action: behaviour } } });
      expect((await api.ended(id)).status).toBe('compensated');
      expect(await skald().effects(id)).toBe('reserve charge ~charge ~reserve');
    });

    it('does not undo what is known to have had no effect', async () => {
      const { api } = skald();
      await api.putParticipant('gone', 'http://127.0.0.1:9'); // nobody listens there
      const steps = [
        step('reserve'),
        step('charge', { participant: 'gone', retry: { maxAttempts: 2, initialInterval: '20ms' } }),
      ];
      const id = await api.start(await skald().define(steps), {});
      const saga = await api.ended(id);
      expect(saga).toMatchObject({ status: 'compensated', reason: { code: 'step-failed' } });
      expect(saga.steps[1]).toMatchObject({ status: 'failed', attempts: { action: 2, compensation: 0 } });
      expect(await skald().effects(id)).toBe('reserve ~reserve');
    });

    it('asks again with the same key after a lost answer, and the effect is single', async () => {
      const { api, participants } = skald();
      const behave = { charge: { action: { sequence: [{ end: 'reset' }, { end: 'cut' }, {}] } } };
      const id = await api.start(await skald().define([step('reserve'), step('charge')]), { behave });
      expect((await api.ended(id)).status).toBe('completed');
      const calls = (await participants.ledger(id)).calls.filter((call) => call.step === 'charge');
      expect(calls.map((call) => call.attempt)).toEqual([1, 2, 3]);
      expect(await skald().effects(id)).toBe('reserve charge');
    });
  });

  describe('that are answered with 202', () => {
    const steps = (more = {}) => [step('reserve'), step('charge', more), step('ship', { kind: 'pivot' })];
    const callbackUrl = async (id: string, nth = 0) =>
      eventually('the call', async () => {
        const { calls } = await skald().participants.ledger(id);
        return calls.filter((call) => call.step === 'charge' && call.operation === 'action')[nth]?.callbackUrl;
      });
    const callBack = async (url: string, result: unknown) => skald().api.post(new URL(url).pathname, result);

    it('waits for the result, which is the output of the step', async () => {
      const { api } = skald();
      const id = await api.start(await skald().define(steps()), { behave: { charge: { action: { status: 202 } } } });
      const waiting = await api.sagaWhen(id, (saga) => saga.steps[1]!.status === 'waiting');
      expect(waiting.status).toBe('running');
      expect(
        (await callBack(await callbackUrl(id), { status: 'succeeded', output: { paid: true } })).status,
      ).toBeLessThan(300);
      const saga = await api.ended(id);
      expect(saga.status).toBe('completed');
      expect(saga.steps[1]!.output).toEqual({ paid: true });
    });

    it('takes a result that comes before the 202', async () => {
      const { api } = skald();
      const early = { status: 202, callBackFirst: { status: 'succeeded', output: { early: true } } };
      const id = await api.start(await skald().define(steps()), { behave: { charge: { action: early } } });
      const saga = await api.ended(id);
      expect(saga.status).toBe('completed');
      expect(saga.steps[1]!.output).toEqual({ early: true });
    });

    it('gives the same answer to the same result, and refuses another one', async () => {
      const { api } = skald();
      const id = await api.start(await skald().define(steps()), { behave: { charge: { action: { status: 202 } } } });
      const url = await callbackUrl(id);
      const result = { status: 'succeeded', output: { paid: true } };
      const first = await callBack(url, result);
      const again = await callBack(url, result);
      expect([again.status, again.body]).toEqual([first.status, first.body]);
      await api.ended(id);
      expect((await callBack(url, result)).status).toBe(first.status);
      const other = await callBack(url, { status: 'rejected', reason: 'changed my mind' });
      expect(other).toMatchObject({ status: 409, body: { code: 'stale-callback' } });
      expect((await api.saga(id)).status).toBe('completed');
    });

    it('refuses a result that comes when the saga has turned back', async () => {
      const { api } = skald();
      const id = await api.start(await skald().define(steps()), { behave: { charge: { action: { status: 202 } } } });
      const url = await callbackUrl(id);
      await api.post(`/v1/sagas/${id}/cancel`, { reason: 'no longer wanted' });
      expect((await api.ended(id)).status).toBe('compensated');
      expect((await callBack(url, { status: 'succeeded', output: {} })).status).toBe(409);
      expect((await api.saga(id)).status).toBe('compensated');
    });

    it('takes the result of an older attempt while a newer one is under way', async () => {
      const { api } = skald();
      const behave = { charge: { action: { status: 202 } } };
      const id = await api.start(await skald().define(steps({ callbackTimeout: '300ms' })), { behave });
      const old = await callbackUrl(id, 0);
      await callbackUrl(id, 1); // nothing came in time, so it was asked again
      await callBack(old, { status: 'succeeded', output: { from: 'the first' } });
      const saga = await api.ended(id);
      expect(saga.status).toBe('completed');
      expect(saga.steps[1]!.output).toEqual({ from: 'the first' });
    });

    it('turns back when the result is a no', async () => {
      const { api } = skald();
      const id = await api.start(await skald().define(steps()), {
        behave: { charge: { action: { status: 202, effect: false } } },
      });
      await callBack(await callbackUrl(id), { status: 'rejected', reason: 'card stolen' });
      const saga = await api.ended(id);
      expect(saga.status).toBe('compensated');
      expect(saga.reason?.message).toContain('card stolen');
    });

    it('takes the result of a compensation by callback too', async () => {
      const { api } = skald();
      const behave = {
        charge: { compensation: { status: 202, callBackAfter: 100 } },
        ship: { action: { status: 409 } },
      };
      const id = await api.start(await skald().define(steps()), { behave });
      expect((await api.ended(id)).status).toBe('compensated');
      expect(await skald().effects(id)).toBe('reserve charge ship(none) ~charge ~reserve');
    });

    it('knows no token that it has not given out', async () => {
      const answer = await callBack('http://skald/v1/callbacks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', {
        status: 'succeeded',
      });
      expect(answer.status).toBe(404);
    });
  });
});
