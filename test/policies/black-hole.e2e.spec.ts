import { onStage, type Stage } from '../crash/stage.js';
import { Load } from '../support/load.js';
import type { DefinitionDocument } from '../support/plan.js';
import { isTerminal, type SagaView } from '../support/skald-api.js';
import { expectSound } from '../support/verdict.js';
import { eventually } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { Desk } from './desk.js';

const PLACES = 8;

/** Sagas that a server drives at a time: fewer than are on their way to the black hole. */
const IN_FLIGHT = 16;
const SWALLOWED = 40;
const OTHERS = 240;

/** Each measurement once without and once with the black hole. */
const ROUNDS = 2;

/** Longer than a round takes: no call to the black hole ends by itself. */
const TIMEOUT = '60s';

/** One step at a participant of the same name. */
const errandTo = (participant: string): DefinitionDocument => ({
  name: `errand-to-${participant}`,
  steps: [
    step('run', {
      participant,
      timeout: TIMEOUT,
      retry: { maxAttempts: 1_000, initialInterval: '50ms', factor: 2, maxInterval: '500ms' },
    }),
  ],
});

const WELL = ['baker', 'butcher', 'grocer'];

describe('a participant that takes every call and never answers', () => {
  it('holds up nobody else: it has its places, and the sagas that wait for one hold no worker', async () => {
    const definitions = [...WELL, 'desk'].map(errandTo);
    const settings = { SKALD_LEASE: '10s', SKALD_MAX_IN_FLIGHT: String(IN_FLIGHT) };
    await onStage({ servers: 1, definitions, settings }, async (stage) => {
      const { api, participants } = stage;
      const desk = await Desk.open(participants.endpoint('desk'));
      try {
        const policy = { bulkhead: { maxConcurrent: PLACES } };
        await api.putParticipant('desk', desk.url, policy);
        for (const name of WELL) await api.putParticipant(name, participants.endpoint(name), policy);

        const loads: Load[] = [];
        const times = { well: [] as number[], 'black-hole': [] as number[] };
        for (let round = 0; round < 2 * ROUNDS; round++) {
          const mood = round % 2 === 0 ? 'well' : 'black-hole';
          desk.mood = mood;
          const toDesk = await started(stage, ['desk'], SWALLOWED);
          if (mood === 'black-hole') await eventually('it swallows calls', () => desk.hanging > 0);

          const startedAt = performance.now();
          const toOthers = await started(stage, WELL, OTHERS);
          await ended(stage, WELL);
          times[mood].push(performance.now() - startedAt);

          if (mood === 'black-hole') await expectAllWaiting(stage, toDesk, desk);
          desk.mood = 'well';
          desk.letGo();
          await ended(stage, ['desk']);
          loads.push(toDesk, toOthers);
        }

        expect(desk.mostSwallowed).toBeLessThanOrEqual(PLACES);
        const share = Math.min(...times.well) / Math.min(...times['black-hole']);
        process.stdout.write(`\nNext to a black hole the others kept ${share.toFixed(2)} of their pace\n`);
        const load = { starts: loads.flatMap(({ starts }) => starts), seenEnds: new Map<string, string>() };
        expectSound(await stage.evidence(load), { planned: ROUNDS, landed: times['black-hole'].length });
      } finally {
        await desk.close();
      }
    });
  }, 300_000);
});

/** While the desk hangs: its sagas are all there, those with a place wait for its answer, the others for a place. */
async function expectAllWaiting({ api }: Stage, { starts }: Load, desk: Desk): Promise<void> {
  expect(desk.hanging).toBeGreaterThan(0);
  const sagas: SagaView[] = [];
  for (const { saga } of starts) sagas.push(await api.saga(saga!));
  expect(sagas.filter(({ status }) => isTerminal(status))).toEqual([]);
  const parked = sagas.filter(({ steps: [run] }) => run!.waitingFor?.what === 'policy');
  expect(parked.length).toBeGreaterThan(IN_FLIGHT);
}

async function started({ servers }: Stage, participants: readonly string[], total: number): Promise<Load> {
  const saga = (i: number) => ({ definition: `errand-to-${participants[i % participants.length]}`, input: {} });
  const load = Load.start({ servers: servers.map(({ api }) => api), saga, clients: 16, rate: 1_000, total });
  await load.finished();
  return load;
}

async function ended({ api }: Stage, participants: readonly string[]): Promise<void> {
  const isIdle = async (name: string) => {
    const { body } = await api.get(`/v1/sagas?definition=errand-to-${name}&status=running&limit=1`);
    return (body.items as unknown[]).length === 0;
  };
  for (const name of participants)
    await eventually(`all errands to ${name} have ended`, () => isIdle(name), 60_000, 20);
}
