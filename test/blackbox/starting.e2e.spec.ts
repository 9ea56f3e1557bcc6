import { randomUUID } from 'node:crypto';
import type { SagaView } from '../support/skald-api.js';
import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

describeSkald('starting sagas', (skald) => {
  const oneStep = () => skald().define([step('reserve')]);

  it('answers 202 with where to look', async () => {
    const { api } = skald();
    const definition = await oneStep();
    const answer = await api.post('/v1/sagas', {
      definition,
      input: { a: 1 },
      tags: { shop: 'north' },
      businessKey: 'b-1',
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      definition,
      version: 1,
    });
    expect(answer.headers.get('location')).toMatch(new RegExp(`/v1/sagas/${answer.body.id}$`));
    const saga = await api.ended(answer.body.id);
    expect(saga).toMatchObject({
      input: { a: 1 },
      businessKey: 'b-1',
      tags: { shop: 'north' },
      paused: false,
      stuck: null,
    });
    expect((await api.get(`/v1/sagas/${saga.id}`)).headers.get('etag')).toBeTruthy();
  });

  it('starts one saga for fifty requests with one key at the same time', async () => {
    const { api, participants } = skald();
    const definition = await oneStep();
    const key = randomUUID();
    const start = async (): Promise<string> => {
      const answer = await api.post('/v1/sagas', { definition, input: {} }, { 'idempotency-key': key });
      if (answer.status !== 409) return `${answer.status} ${(answer.body as SagaView).id}`;
      expect(answer.headers.get('retry-after')).toBeTruthy();
      await new Promise((done) => setTimeout(done, 100));
      return start();
    };
    const answers = await Promise.all(Array.from({ length: 50 }, start));
    expect(new Set(answers).size).toBe(1);
    const [saga, ...others] = await api.list('/v1/sagas', `definition=${definition}`);
    expect(others).toEqual([]);
    await api.ended(saga!.id);
    expect((await participants.ledger(saga!.id)).calls).toHaveLength(1);
  });

  it('replays the answer to the same key and body, and refuses another body', async () => {
    const { api } = skald();
    const definition = await oneStep();
    const key = { 'idempotency-key': randomUUID() };
    const first = await api.post('/v1/sagas', { definition, input: { n: 1 } }, key);
    const again = await api.post('/v1/sagas', { input: { n: 1 }, definition }, key);
    expect(again.status).toBe(202);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const other = await api.post('/v1/sagas', { definition, input: { n: 2 } }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('waits for the end when it is asked to, and no longer than it is asked to', async () => {
    const { api } = skald();
    const definition = await oneStep();
    const done = await api.post('/v1/sagas', { definition, input: {} }, { prefer: 'wait=10' });
    expect(done).toMatchObject({ status: 200, body: { status: 'completed' } });
    const slow = { definition, input: { behave: { reserve: { action: { delay: 2_000 } } } } };
    const begun = Date.now();
    const early = await api.post('/v1/sagas', slow, { prefer: 'wait=1' });
    expect(early).toMatchObject({ status: 202, body: { status: 'running' } });
    expect(Date.now() - begun).toBeLessThan(1_800);
  });

  it('starts many in one call, one result each, in order', async () => {
    const { api } = skald();
    const definition = await oneStep();
    const items = [0, 1, 2].map((n) => ({ definition, input: { n }, businessKey: `batch-${n}-${definition}` }));
    const answer = await api.post('/v1/sagas/batch', {
      items: [...items, { definition: 'no-such-definition', input: {} }],
    });
    expect(answer.status).toBeLessThan(300);
    const results = answer.body.items as { status: number; saga?: SagaView; problem?: object }[];
    expect(results).toHaveLength(4);
    const ids = results.slice(0, 3).map(({ saga }) => saga!.id);
    const sagas = await Promise.all(ids.map((id) => api.ended(id)));
    expect(sagas.map(({ input }) => input)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(results[3]!.problem).toEqual({
      type: 'urn:skald:problem:unknown-definition',
      title: 'No such definition',
      status: 404,
      detail: 'there is no definition no-such-definition',
      code: 'unknown-definition',
    });
  });

  it('refuses a batch of more than a thousand', async () => {
    const answer = await skald().api.post('/v1/sagas/batch', {
      items: Array.from({ length: 1_001 }, () => ({ definition: 'x' })),
    });
    expect(answer.status).toBe(400);
  });

  it('checks the input against the schema of the definition and points at what is wrong', async () => {
    const { api } = skald();
    const input = { type: 'object', required: ['qty'], properties: { qty: { type: 'integer' } } };
    const definition = await skald().define([step('reserve')], { input });
    expect((await api.post('/v1/sagas', { definition, input: { qty: 1 } })).status).toBe(202);
    const wrong = await api.post('/v1/sagas', { definition, input: { qty: 'many' } });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toEqual([{ pointer: '/input/qty', detail: expect.any(String) }]);
  });

  it('lists by filters, a page at a time, newest first, without losing or doubling one', async () => {
    const { api } = skald();
    const definition = await skald().define([step('reserve'), step('charge')]);
    const before = new Date(Date.now() - 60_000).toISOString();
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) {
      const behave = n % 2 ? { charge: { action: { status: 409 } } } : {};
      ids.push(
        await api.start(
          definition,
          { behave },
          { businessKey: `list-${n}-${definition}`, tags: { parity: n % 2 ? 'odd' : 'even' } },
        ),
      );
    }
    await Promise.all(ids.map((id) => api.ended(id)));
    const query = async (more: string) =>
      (await api.list('/v1/sagas', `definition=${definition}&${more}`)).map(({ id }) => id);
    expect(await query('')).toEqual([...ids].reverse());
    expect(await query('status=compensated')).toEqual([ids[5], ids[3], ids[1]]);
    expect(await query('tag.parity=even')).toEqual([ids[6], ids[4], ids[2], ids[0]]);
    expect(await query(`businessKey=list-3-${definition}`)).toEqual([ids[3]]);
    expect(await query(`startedAfter=${before}`)).toHaveLength(7);
    expect(await query(`startedBefore=${before}`)).toEqual([]);
    expect(await query('version=2')).toEqual([]);

    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await api.get(`/v1/sagas?definition=${definition}&limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      expect(page.body.items.length).toBeLessThanOrEqual(3);
      paged.push(...(page.body.items as SagaView[]).map(({ id }) => id));
      cursor = page.body.nextCursor as string | null;
    } while (cursor);
    expect(paged).toEqual([...ids].reverse());
  });
});
