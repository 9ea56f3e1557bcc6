import { eventually } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

/** How soon an order is in force in every process (contract §6), and some for a machine that is busy. In ms. */
const PATIENCE = 3_000;

interface Item {
  readonly name: string;
  readonly breaker: { readonly state: string; readonly window: { readonly calls: number } };
  readonly order: { readonly state: string; readonly reason: string } | null;
  readonly endpoints: readonly { readonly url: string }[];
  readonly processes: readonly { readonly node: string; readonly breaker: { readonly state: string } }[];
}

describeSkald(
  'the board of participants',
  (skald) => {
    const board = async (name: string): Promise<Item | undefined> => {
      const { status, body } = await skald().api.get('/v1/admin/participants');
      expect(status).toBe(200);
      return (body.items as Item[]).find((item) => item.name === name);
    };
    const order = async (name: string, state: string) => {
      const path = `/v1/admin/participants/${name}/breaker`;
      const { status, body } = await skald().api.request('PUT', path, { state, reason: 'drill' });
      expect(status).toBe(200);
      return body as Item;
    };
    const metric = async (line: string) => {
      const { body } = await skald().api.get('/metrics');
      return (body as string).split('\n').find((it) => it.startsWith(line));
    };
    /** A participant of the test's own, and a saga with one step at it. */
    const prepare = async (name: string, policy = {}) => {
      await skald().api.putParticipant(name, skald().participants.endpoint(name), policy);
      return skald().define([step('charge', { participant: name })]);
    };

    it('shows what has been called, by process, and what has never been called', async () => {
      const definition = await prepare('board-called', { circuitBreaker: {} });
      await prepare('board-idle');
      const saga = await skald().api.ended(await skald().api.start(definition));
      expect(saga.status).toBe('completed');
      const called = await eventually('it is on the board', async () => {
        const item = await board('board-called');
        return item?.breaker.window.calls === 1 && item;
      });
      expect(called).toMatchObject({
        breaker: { state: 'closed', since: expect.any(String), window: { calls: 1, failures: 0 } },
        endpoints: [{ url: skald().participants.endpoint('board-called'), inFlight: 0, ejectedUntil: null }],
        processes: [{ node: expect.any(String), breaker: { state: 'closed' } }],
      });
      expect(await board('board-idle')).toMatchObject({ breaker: { state: 'closed', since: null }, processes: [] });
      expect(await metric('skald_breaker_state{participant="board-called"}')).toMatch(/ 0$/);
    });

    it.each([
      ['with a breaker of its own', 'board-forced', { circuitBreaker: {} }],
      ['that has no breaker', 'board-bare', {}],
    ])('cuts off a participant %s by an order: its sagas wait, without an attempt', async (_, name, policy) => {
      const definition = await prepare(name, policy);
      const { api } = skald();
      expect(await order(name, 'forced-open')).toMatchObject({ breaker: { state: 'forced-open' } });
      const id = await api.start(definition);
      const held = await api.sagaWhen(id, ({ steps }) => isHeldBy(steps[0]!, 'breaker'));
      expect(held.steps[0]!.attempts).toEqual({ action: 0, compensation: 0 });
      expect(await skald().effects(id)).toBe('');
      expect(await metric(`skald_policy_refusals_total{participant="${name}",reason="breaker"}`)).toBeDefined();
      await eventually(
        'the process says so itself',
        async () => (await board(name))?.processes.some(({ breaker }) => breaker.state === 'forced-open'),
        PATIENCE,
      );
      expect(await metric(`skald_breaker_state{participant="${name}"}`)).toMatch(/ 2$/);

      expect(await order(name, 'auto')).toMatchObject({ order: null });
      const saga = await api.ended(id, 30_000);
      expect([saga.status, saga.steps[0]!.attempts.action]).toEqual(['completed', 1]);
    });

    it('forces a breaker closed: calls go out, however many have failed', async () => {
      const strict = { circuitBreaker: { consecutiveFailures: 1, resetTimeout: '60s' } };
      const definition = await prepare('board-closed', strict);
      await order('board-closed', 'forced-closed');
      const { api } = skald();
      const behave = { charge: { action: { refuseFirst: 3 } } };
      const saga = await api.ended(await api.start(definition, { behave }));
      expect([saga.status, saga.steps[0]!.attempts.action]).toEqual(['completed', 4]);
      expect(await board('board-closed')).toMatchObject({ breaker: { state: 'forced-closed' } });
      await order('board-closed', 'auto');
    });
  },
  { both: false },
);

const isHeldBy = (step: object, policy: string): boolean => {
  const { waitingFor } = step as { waitingFor?: { what: string; by?: string } | null };
  return waitingFor?.what === 'policy' && waitingFor.by === policy;
};
