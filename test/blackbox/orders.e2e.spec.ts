import type { SagaView } from '../support/skald-api.js';
import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

/** No test waits that long. */
const HOURLY = { maxAttempts: 3, initialInterval: '1h', maxInterval: '1h', jitter: 'none' };
const SHIP = { kind: 'pivot', retry: { maxAttempts: 1 } };

describeSkald(
  'an operator',
  (skald) => {
    const order = (
      id: string,
      verb: string,
      more: Readonly<Record<string, unknown>> = {},
      headers: Readonly<Record<string, string>> = {},
    ) => skald().api.post(`/v1/admin/sagas/${id}/${verb}`, { reason: `to ${verb}`, ...more }, headers);

    /** A saga of three steps of which one behaves as given. */
    const started = async (
      behave: Readonly<Record<string, unknown>>,
      ship: Readonly<Record<string, unknown>> = SHIP,
    ): Promise<string> => {
      const name = await skald().define([step('reserve'), step('charge', { retry: HOURLY }), step('ship', ship)]);
      return skald().api.start(name, { behave });
    };
    const when = (id: string, holds: (saga: SagaView) => boolean) => skald().api.sagaWhen(id, holds);
    const isStuck = (saga: SagaView): boolean => saga.status === 'stuck';
    const stuckUndoing = async (): Promise<string> => {
      const id = await started({
        ship: { action: { status: 409 } },
        charge: { compensation: { status: 422, effect: false } },
      });
      await when(id, isStuck);
      return id;
    };
    const trail = async (id: string) => (await skald().api.get(`/v1/admin/audit?saga=${id}`)).body.items;

    it('skips a step that was done by hand, and later steps read what it came to', async () => {
      const name = await skald().define([
        step('charge', { retry: HOURLY }),
        step('ship', { ...SHIP, action: { path: '/ship', body: '{% {"receipt": steps.charge.output.receipt} %}' } }),
      ]);
      const id = await skald().api.start(name, { behave: { charge: { action: { status: 503, effect: false } } } });
      await when(id, ({ steps }) => steps[0]!.waitingFor?.what === 'retry');
      const answer = await order(id, 'skip', { step: 'charge', output: { receipt: 'by hand' } });
      expect(answer.body).toMatchObject({
        status: 'running',
        steps: [{ status: 'skipped', output: { receipt: 'by hand' } }, {}],
      });
      expect((await skald().api.ended(id)).status).toBe('completed');
      const [row, ...others] = await trail(id);
      expect(others).toEqual([]);
      expect(row).toEqual({
        seq: expect.any(Number),
        at: expect.stringMatching(/Z$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        actor: 'anonymous',
        action: 'saga.skip',
        saga: id,
        target: 'charge',
        reason: 'to skip',
        before: {
          seq: answer.body.seq - 1,
          status: 'running',
          paused: false,
          steps: { charge: 'running', ship: 'pending' },
        },
        after: {
          ...{ seq: answer.body.seq, status: 'running', paused: false, output: 'given' },
          steps: { charge: 'skipped', ship: 'running' },
        },
        requestId: expect.any(String),
      });
    });

    it('skips a compensation that was done by hand, and the rest is undone in order', async () => {
      const id = await stuckUndoing();
      expect((await order(id, 'skip', { step: 'charge' })).body.steps[1].status).toBe('compensated');
      expect((await skald().api.ended(id)).status).toBe('compensated');
      expect(await skald().effects(id)).toBe('reserve charge ship(none) charge(none) ~reserve');
    });

    it('turns a saga back from where it is; not after its pivot, and then hears what can be done', async () => {
      const id = await started({ charge: { action: { status: 503, effect: false } } });
      await when(id, ({ steps }) => steps[1]!.waitingFor?.what === 'retry');
      await order(id, 'compensate');
      expect(await skald().api.ended(id)).toMatchObject({
        status: 'compensated',
        reason: { code: 'ordered', message: 'to compensate' },
      });
      const name = await skald().define([
        step('ship', SHIP),
        step('mail', { kind: 'retriable', compensation: undefined }),
      ]);
      const past = await skald().api.start(name, { behave: { mail: { action: { status: 409 } } } });
      await when(past, isStuck);
      const refused = await order(past, 'compensate');
      expect(refused).toMatchObject({ status: 409, body: { code: 'past-pivot' } });
      expect(refused.body.allowed.sort()).toEqual(['pause', 'rebind', 'resolve', 'retry', 'skip']);
      expect(await trail(past)).toEqual([]);
    });

    it('resolves a stuck saga as settled outside the system, for good', async () => {
      const id = await stuckUndoing();
      const answer = await order(id, 'resolve', { outcome: 'compensated' });
      expect(answer.body).toMatchObject({ status: 'compensated', stuck: null, finishedAt: expect.any(String) });
      expect(await order(id, 'retry')).toMatchObject({ status: 409, body: { code: 'already-final', allowed: [] } });
      expect(await order(id, 'resolve', { outcome: 'completed' })).toMatchObject({ status: 409 });
      expect(
        (await skald().api.get(`/v1/sagas?status=stuck`)).body.items.map((saga: SagaView) => saga.id),
      ).not.toContain(id);
    });

    it('pauses a saga, and no call is made until it is resumed', async () => {
      const id = await started({ reserve: { action: { linger: 400 } } });
      expect((await order(id, 'pause')).body).toMatchObject({ paused: true, status: 'running' });
      const paused = await when(id, ({ steps }) => steps[0]!.status === 'succeeded');
      expect(paused).toMatchObject({ paused: true, dueAt: null, steps: [{}, { status: 'running' }, {}] });
      expect(await order(id, 'pause')).toMatchObject({ status: 409, body: { code: 'already-paused' } });
      expect((await skald().api.get('/v1/sagas?paused=true')).body.items.map((saga: SagaView) => saga.id)).toContain(
        id,
      );
      // A sweep has passed by in the meantime.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect((await skald().participants.ledger(id)).calls.map((call) => call.step)).toEqual(['reserve']);
      await order(id, 'resume');
      expect(await skald().api.ended(id)).toMatchObject({ status: 'completed', paused: false });
    });

    it('mends a wrong target for one saga, which then goes on by itself', async () => {
      const name = await skald().define([
        step('reserve', { compensation: { path: '/reserve/wrong' }, compensationRetry: HOURLY }),
        step('ship', SHIP),
      ]);
      const behave = {
        ship: { action: { status: 409 } },
        reserve: { compensation: { sequence: [{ status: 400, effect: false }, {}] } },
      };
      const id = await skald().api.start(name, { behave });
      await when(id, isStuck);
      expect(await order(id, 'rebind', { step: 'reserve', path: 'no-slash' })).toMatchObject({
        status: 422,
        body: { code: 'invalid-binding', detail: expect.stringContaining('path: ') },
      });
      const answer = await order(id, 'rebind', {
        step: 'reserve',
        path: '/reserve/undo',
        body: { why: '{% saga.id %}' },
      });
      expect(answer.body).toMatchObject({ status: 'compensating', stuck: null });
      expect((await skald().api.ended(id)).status).toBe('compensated');
      const journal = await skald().api.journal(id);
      expect(journal.flatMap(({ facts }) => facts).find(({ type }) => type === 'step-rebound')).toEqual({
        ...{ type: 'step-rebound', step: 'reserve', operation: 'compensation' },
        ...{ path: '/reserve/undo', body: { why: '{% saga.id %}' } },
      });
      const undone = (await skald().participants.ledger(id)).calls.filter((call) => call.operation === 'compensation');
      expect(undone).toHaveLength(2);
      expect(new Set(undone.map(({ key }) => key)).size).toBe(1);
      expect((await trail(id))[0].after).toMatchObject({ path: '/reserve/undo', body: 'given' });
    });

    it('cancels under a key and a condition, like any other order', async () => {
      const id = await started({ charge: { action: { status: 503, effect: false } } });
      const { seq } = await when(id, ({ steps }) => steps[1]!.waitingFor?.what === 'retry');
      const cancel = (headers: Record<string, string>) =>
        skald().api.post(`/v1/sagas/${id}/cancel`, { reason: 'no need' }, headers);
      expect(await cancel({ 'if-match': `"${seq + 1}"` })).toMatchObject({ status: 412, body: { code: 'saga-moved' } });
      const key = { 'idempotency-key': `cancel-${id}` };
      expect(await cancel({ ...key, 'if-match': `"${seq}"` })).toMatchObject({
        status: 202,
        body: { status: 'compensating' },
      });
      await skald().api.ended(id);
      expect((await cancel(key)).headers.get('idempotency-replayed')).toBe('true');
      expect((await trail(id)).map(({ action }: { action: string }) => action)).toEqual(['saga.cancel']);
    });

    const bad: readonly [verb: string, pointer: string, body: Readonly<Record<string, unknown>>][] = [
      ['skip', '/step', {}],
      ['skip', '/step', { step: 7 }],
      ['skip', '/reason', { step: 'a', reason: '' }],
      ['skip', '/ouput', { step: 'a', ouput: 1 }],
      ['resolve', '/outcome', {}],
      ['resolve', '/outcome', { outcome: 'done' }],
      ['rebind', '/operation', { step: 'a', operation: 'undo' }],
      ['rebind', '/participant', { step: 'a', participant: '../x' }],
      ['rebind', '/path', { step: 'a', path: 7 }],
      ['pause', '/reason', { reason: 'x'.repeat(1_001) }],
    ];
    it.each(bad)('hears what is wrong with an order to %s: %s', async (verb, pointer, body) => {
      const answer = await order('01a00000-0000-7000-8000-000000000000', verb, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ pointer }] } });
    });

    it('hears which steps there are, when one is named that there is not', async () => {
      const id = await stuckUndoing();
      expect(await order(id, 'skip', { step: 'chrage' })).toMatchObject({
        status: 404,
        body: { code: 'unknown-step', detail: expect.stringContaining('reserve, charge, ship') },
      });
      expect(await order(id, 'rebind', { step: 'charge' })).toMatchObject({
        status: 422,
        body: { code: 'invalid-binding' },
      });
    });

    it('reads who did what, as a list and as a stream, and whether nothing of it was touched', async () => {
      const { api } = skald();
      const put = (url: string) =>
        api.request(
          'PUT',
          '/v1/participants/ledger2',
          { endpoints: [{ url }], signing: { secret: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=' } },
          { 'skald-reason': 'it has moved' },
        );
      await put('http://127.0.0.1:9');
      await put('http://127.0.0.1:10');
      const { body } = await api.get('/v1/admin/audit?action=participant.*&target=ledger2&limit=1');
      expect(body.nextCursor).toEqual(expect.any(String));
      expect(body.items).toHaveLength(1);
      expect(body.items[0]).toMatchObject({
        ...{ action: 'participant.put', target: 'ledger2', reason: 'it has moved', saga: null },
        before: { endpoints: [{ url: 'http://127.0.0.1:9' }] },
        after: { endpoints: [{ url: 'http://127.0.0.1:10' }] },
      });
      const stream = await api.get('/v1/admin/audit', { accept: 'application/x-ndjson' });
      expect(stream.headers.get('content-type')).toMatch('application/x-ndjson');
      const lines = (stream.body as string)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { seq: number });
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
      expect(lines.at(-1)).toEqual(body.items[0]);
      expect(stream.body).not.toContain('c2VjcmV0');
      expect((await api.get('/v1/admin/audit/verification')).body).toEqual({
        rows: lines.length,
        intact: true,
        brokenAt: null,
      });
      expect(await api.get('/v1/admin/audit?after=yesterday')).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/after' }] },
      });
    });
  },
  { both: false },
);
