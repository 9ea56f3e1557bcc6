import { eventually } from '../support/waiting.js';
import type { JournalEntry } from '../support/skald-api.js';
import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

describeSkald('watching sagas', (skald) => {
  const rejected = { behave: { charge: { action: { status: 409, delay: 200 } } } };
  const isEnd = ({ facts }: JournalEntry) => facts.some(({ type }) => /^saga-(completed|compensated)$/.test(type));

  it('keeps a journal without gaps, to be read from any entry on', async () => {
    const { api } = skald();
    const id = await api.start(await skald().define([step('reserve'), step('charge')]), rejected);
    const saga = await api.ended(id);
    const journal = await api.journal(id);
    expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, i) => i + 1));
    expect(journal.length).toBe(saga.seq);
    const types = journal.flatMap(({ facts }) => facts.map(({ type }) => type));
    expect(types[0]).toBe('saga-started');
    expect(types).toEqual(
      expect.arrayContaining(['step-succeeded', 'step-rejected', 'turned-back', 'step-compensated']),
    );
    expect(types.at(-1)).toBe('saga-compensated');
    for (const { at, by } of journal) {
      expect(new Date(at).toISOString()).toBe(at);
      expect(by).toBeTruthy();
    }
    const rest = await api.get(`/v1/sagas/${id}/events?after=${journal.length - 1}`);
    expect(rest.body.items).toEqual(journal.slice(-1));
  });

  it('sends the journal live, and resumes after the last event that the client saw', async () => {
    const { api } = skald();
    const id = await api.start(await skald().define([step('reserve'), step('charge')]), rejected);
    const live: JournalEntry[] = [];
    for await (const event of api.events(id)) {
      expect(event.id).toBe(String(event.data.seq));
      live.push(event.data);
      if (isEnd(event.data)) break;
    }
    expect(live).toEqual(await api.journal(id));
    const resumed: JournalEntry[] = [];
    for await (const { data } of api.events(id, 1)) {
      resumed.push(data);
      if (isEnd(data)) break;
    }
    expect(resumed).toEqual(live.slice(1));
  });

  it('is alive and ready, and says how it is', async () => {
    const { api } = skald();
    expect((await api.get('/health/live')).status).toBe(200);
    const ready = await api.get('/health/ready');
    expect(ready.status).toBe(200);
    expect(JSON.stringify(ready.body)).toMatch(/postgres/i);
  });

  it('counts what it does, in the names of the contract', async () => {
    const { api } = skald();
    const definition = await skald().define([step('reserve'), step('charge')]);
    const good = await api.start(definition, {});
    const bad = await api.start(definition, { behave: { charge: { action: { status: 409 } } } });
    await Promise.all([api.ended(good), api.ended(bad)]);
    const text = await eventually('metrics', async () => {
      const { status, body } = await api.get('/metrics');
      return status === 200 && String(body).includes(`status="compensated"`) && String(body);
    });
    const value = (series: string) => Number(new RegExp(`^${series} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value(`skald_sagas_started_total{definition="${definition}"}`)).toBe(2);
    expect(value(`skald_sagas_finished_total{definition="${definition}",status="completed"}`)).toBe(1);
    expect(value(`skald_sagas_finished_total{definition="${definition}",status="compensated"}`)).toBe(1);
    const names = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]));
    expect([...names]).toEqual(
      expect.arrayContaining([
        'skald_sagas_started_total',
        'skald_sagas_finished_total',
        'skald_saga_duration_seconds',
        'skald_step_attempts_total',
        'skald_step_duration_seconds',
        'skald_sagas_open',
        'skald_due_backlog',
        'skald_due_oldest_age_seconds',
        'skald_journal_flush_seconds',
        'skald_journal_batch_size',
        'skald_fenced_appends_total',
        'skald_recovered_sagas_total',
        'skald_dispatch_total',
        'skald_event_loop_lag_seconds',
      ]),
    );
    expect(text).not.toContain(good);
  });

  it('describes itself by OpenAPI 3.1 and shows its documentation', async () => {
    const { api } = skald();
    const { status, body } = await api.get('/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1/);
    const calls = Object.entries(body.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(calls).toEqual(
      expect.arrayContaining([
        'POST /v1/definitions',
        'GET /v1/definitions/{name}/versions/{version}',
        'PUT /v1/participants/{name}',
        'POST /v1/sagas',
        'POST /v1/sagas/batch',
        'GET /v1/sagas/{id}',
        'GET /v1/sagas/{id}/events',
        'POST /v1/sagas/{id}/cancel',
        'POST /v1/sagas/{id}/signals/{signal}',
        'POST /v1/callbacks/{token}',
      ]),
    );
    expect((await api.get('/docs')).status).toBe(200);
  });

  it('stores definitions by content: the same again is the same version, another one is the next', async () => {
    const { api } = skald();
    const name = await skald().define([step('reserve')]);
    const store = (steps: unknown[]) => api.post('/v1/definitions', { name, steps });
    expect(await store([step('reserve')])).toMatchObject({ status: 200, body: { name, version: 1 } });
    expect(await store([step('reserve'), step('charge')])).toMatchObject({ status: 201, body: { name, version: 2 } });
    expect(await store([step('reserve')])).toMatchObject({ status: 200, body: { version: 1 } });
    expect((await api.get(`/v1/definitions/${name}`)).body.version).toBe(2);
    expect((await api.get(`/v1/definitions/${name}/versions/1`)).body.version).toBe(1);
    expect((await api.get(`/v1/definitions/${name}/versions/9`)).status).toBe(404);
    const yaml = `name: ${name}\nsteps:\n  - name: nap\n    sleep: 10ms\n`;
    const answer = await api.request('POST', '/v1/definitions', yaml, { 'content-type': 'application/yaml' });
    expect(answer).toMatchObject({ status: 201, body: { version: 3 } });
  });

  it('keeps, shows, changes and forgets participants, and keeps their secrets to itself', async () => {
    const { api, participants } = skald();
    const endpoint = participants.endpoint('mail');
    await api.putParticipant('mail', endpoint, { signing: { secret: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=' } });
    const shown = await api.get('/v1/participants/mail');
    expect(shown).toMatchObject({ status: 200, body: { name: 'mail', endpoints: [{ url: endpoint }] } });
    const listed = await api.get('/v1/participants?limit=200');
    expect((listed.body.items as { name: string }[]).map(({ name }) => name)).toContain('mail');
    expect(JSON.stringify([shown.body, listed.body])).not.toContain('c2VjcmV0');
    expect((await api.request('DELETE', '/v1/participants/mail')).status).toBeLessThan(300);
    expect((await api.get('/v1/participants/mail')).status).toBe(404);
  });
});
