import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { OpenedStore } from '../test/store/opened-store.js';
import { eventually } from '../test/support/waiting.js';
import { DefinitionStore } from './api/definitions/definitions.service.js';
import { ParticipantStore } from './api/participants/participants.service.js';
import { ParticipantDirectory } from './engine/participant-directory.js';
import { TargetGuard } from './participants/targets.js';
import { applyResilienceFile } from './resilience-file.js';
import { Definitions } from './store/definitions.js';
import { DEFAULTS_ROW, Participants } from './store/participants.js';

const SHORT = `
resilience: { rate_limiter: { max_requests_per_second: 10 } }
degradation: { services: [{ name: stock, fallback: guess }] }
fallbacks: { guess: { response: { left: 1 } } }
`;
const ENDPOINTS = { endpoints: ['http://127.0.0.1:1'] };

const ACT = { actor: 'env:admin', reason: null, requestId: 'r' };

describe('the resilience file in force', () => {
  let store: OpenedStore;
  let folder: string;
  let participants: Participants;
  let here: ParticipantDirectory;
  let elsewhere: ParticipantDirectory;
  let api: ParticipantStore;
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(line) });

  beforeEach(async () => {
    logged.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'skald-file-'));
    store = await OpenedStore.open();
    participants = new Participants(store.database);
    here = new ParticipantDirectory(participants, log);
    elsewhere = new ParticipantDirectory(new Participants(await store.another({})), log);
    await elsewhere.start();
    api = new ParticipantStore(participants, here, new TargetGuard({ allowed: null, keysConfigured: false }));
  });
  afterEach(async () => {
    elsewhere.stop();
    await store.drop();
    await rm(folder, { recursive: true });
  });

  const apply = async (text: string): Promise<void> => {
    await writeFile(join(folder, 'skald.yaml'), text);
    await applyResilienceFile(join(folder, 'skald.yaml'), participants, log);
    await here.refresh();
  };
  const names = async (): Promise<unknown[]> => (await api.list({})).items.map(({ name }) => name);

  it('holds for participants stored by REST, before and after it, in every process within two seconds', async () => {
    await api.put('stock', ENDPOINTS, ACT);
    await apply(SHORT);
    await api.put('payment', { ...ENDPOINTS, rateLimit: null }, ACT);
    await eventually(
      'the other process',
      () => elsewhere.find('payment') && elsewhere.find('stock')?.rateLimit != null,
      2_000,
    );
    for (const directory of [here, elsewhere]) {
      expect(directory.find('stock')).toMatchObject({
        rateLimit: { ratePerSecond: 10, capacity: 10 },
        degradation: { fallback: { strategy: 'guess' }, conditions: [] },
        source: ENDPOINTS,
      });
      expect(directory.find('payment')).toMatchObject({ rateLimit: null, degradation: null });
      expect(directory.fallback('guess')).toEqual({ type: 'response', response: { left: 1 } });
    }
  });

  it('takes back what an earlier file has said, but no participant', async () => {
    await apply(`participants: { stock: { endpoints: ["http://127.0.0.1:1"] } }\n${SHORT}`);
    expect(here.find('stock')?.rateLimit).not.toBeNull();
    await apply('participants: {}');
    expect(here.find('stock')).toMatchObject({ rateLimit: null, degradation: null });
    expect(here.fallback('guess')).toBeUndefined();
  });

  it('is no change to anybody when it is read again', async () => {
    const file = `participants: { stock: { endpoints: ["http://127.0.0.1:1"] } }\n${SHORT}`;
    await apply(file);
    const revisions = (await participants.changedSince(0)).map(({ revision }) => revision);
    await apply(file);
    expect((await participants.changedSince(0)).map(({ revision }) => revision)).toEqual(revisions);
  });

  it('changes nothing at all when something in it is wrong', async () => {
    await apply(SHORT);
    const wrong = 'auto_heal: { intervall: 1s }\nparticipants: { stock: { endpoints: ["http://127.0.0.1:1"] } }';
    await expect(apply(wrong)).rejects.toThrow(/skald\.yaml:1:14 .*did you mean interval/);
    await here.refresh();
    expect(here.find('stock')).toBeUndefined();
    expect(here.fallback('guess')).toBeDefined();
  });

  it('is not seen among the participants, nor changed by way of them', async () => {
    await apply(SHORT);
    await api.put('a', ENDPOINTS, ACT);
    expect(await names()).toEqual(['a']);
    await expect(api.get(DEFAULTS_ROW)).rejects.toMatchObject({ status: 404 });
    await expect(api.delete(DEFAULTS_ROW, ACT)).rejects.toMatchObject({ status: 404 });
    await expect(api.put(DEFAULTS_ROW, ENDPOINTS, ACT)).rejects.toMatchObject({ status: 422 });
    expect(here.fallback('guess')).toBeDefined();
    expect(here.find(DEFAULTS_ROW)).toBeUndefined();
  });

  it('decides which fallbacks a participant may name, at once', async () => {
    const guessing = { ...ENDPOINTS, degradation: { fallback: { strategy: 'guess' } } };
    await expect(api.put('stock', guessing, ACT)).rejects.toMatchObject({
      status: 422,
      more: {
        errors: [{ pointer: '/degradation/fallback/strategy', detail: expect.stringContaining('fallbacks') as string }],
      },
    });
    // Another process has read the file: this one has not heard of it yet.
    await participants.put(DEFAULTS_ROW, { fallbacks: { guess: 1 } });
    await api.put('stock', guessing, ACT);
    expect(here.find('stock')?.degradation?.fallback).toEqual({ strategy: 'guess' });
    // A participant goes on when the fallback that it names has gone.
    await apply('participants: {}');
    expect(here.find('stock')?.degradation?.fallback).toEqual({ strategy: 'guess' });
  });

  it('is looked into for the fallbacks of a definition, with a warning for one that is not there', async () => {
    const definitions = new DefinitionStore(new Definitions(store.database), here);
    const step = { participant: 'stock', action: { path: '/a' }, compensation: 'none' };
    const named = (strategy: string) => ({
      name: 'guessing',
      steps: [{ ...step, name: strategy, fallback: { strategy } }],
    });
    await apply(SHORT);
    await api.put('stock', ENDPOINTS, ACT);
    expect((await definitions.put(named('guess'), ACT)).definition.warnings).toBeUndefined();
    expect((await definitions.put(named('gess'), ACT)).definition.warnings).toEqual([
      { pointer: '/steps/0/fallback/strategy', detail: 'there is no fallback gess, did you mean guess?' },
    ]);
  });

  it('stays as it was when a newer release has stored what this one does not know', async () => {
    await apply(SHORT);
    await participants.put(DEFAULTS_ROW, { policies: { teleport: {} } });
    await api.put('stock', ENDPOINTS, ACT);
    expect(here.find('stock')?.rateLimit).not.toBeNull();
    expect(logged.join()).toContain('defaults of participants can not be used');
  });
});
