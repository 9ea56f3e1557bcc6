import { onStage, type Stage } from '../crash/stage.js';
import { groupBy } from '../support/group-by.js';
import { Load } from '../support/load.js';
import type { DefinitionDocument } from '../support/plan.js';
import type { SkaldApi } from '../support/skald-api.js';
import { expectSound } from '../support/verdict.js';
import { eventually, sleep } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { breakersAre, processesOf } from './board.js';
import { busiestSecond, Desk } from './desk.js';
import { SCALE } from './scale.js';

/** Calls per second while all is well: what the way back of a breaker leads to. */
const USUAL = 100;

/** What is ordered while the desk is away. It could stand half as much again. */
const LIMIT = { capacity: 10, ratePerSecond: 50 };

const BREAKER = { consecutiveFailures: 5, window: '5s', resetTimeout: '2s', maxResetTimeout: '2s', halfOpenCalls: 3 };

const PICKUP: DefinitionDocument = {
  name: 'pickup',
  steps: [
    step('collect', {
      participant: 'desk',
      retry: { maxAttempts: 1_000, initialInterval: '50ms', factor: 2, maxInterval: '500ms' },
    }),
  ],
};

describe('a participant that returns to thousands of sagas', () => {
  it('is not overrun: they come at its pace, none is lost, and none has used up attempts by waiting', async () => {
    await onStage({ servers: 2, definitions: [PICKUP], settings: { SKALD_LEASE: '10s' } }, async (stage) => {
      const desk = await Desk.open(stage.participants.endpoint('desk'));
      try {
        await stage.api.putParticipant('desk', desk.url, { circuitBreaker: BREAKER });
        const usual = await started(stage, 3 * USUAL);
        await allEnded(stage.api);

        desk.mood = 'away';
        const parked = await started(stage, SCALE.parked);
        await stage.api.putParticipant('desk', desk.url, { circuitBreaker: BREAKER, rateLimit: LIMIT });
        await sleep(2_000); // until every process has heard of it
        await breakersAre(stage.api, 'desk', 'open', 2);

        desk.callsPerSecond = 1.5 * LIMIT.ratePerSecond;
        desk.mood = 'well';
        const returnedAt = Date.now();
        const relapses = watchForRelapses(stage.api);
        await allEnded(stage.api);
        const took = (Date.now() - returnedAt) / 1_000;

        const back = desk.arrivals.filter(({ at }) => at >= returnedAt);
        const busiest = busiestSecond(back);
        const told = `${back.length} calls in ${took.toFixed(0)} s, ${busiest} of them in the busiest second`;
        process.stdout.write(`\nTo a participant that came back, with a limit of ${LIMIT.ratePerSecond}/s: ${told}\n`);
        expect(await relapses()).toEqual([]);
        expect(desk.overruns).toBe(0);
        expect(busiest).toBeLessThanOrEqual(LIMIT.capacity + 1.1 * LIMIT.ratePerSecond);
        expect(back.length).toBeGreaterThanOrEqual(0.9 * SCALE.parked);

        // Every call was an attempt, and nothing else was: a saga that waited has the number of attempts that it made.
        for (const calls of groupBy(desk.arrivals, ({ saga }) => saga).values()) {
          expect(calls.map(({ attempt }) => attempt)).toEqual(calls.map((_, i) => i + 1));
        }
        const load = { starts: [...usual.starts, ...parked.starts], seenEnds: parked.seenEnds };
        expectSound(await stage.evidence(load), { planned: 1, landed: 1 });
      } finally {
        await desk.close();
      }
    });
  }, 600_000);
});

async function started({ servers }: Stage, total: number): Promise<Load> {
  const saga = () => ({ definition: 'pickup', input: {} });
  const load = Load.start({ servers: servers.map(({ api }) => api), saga, clients: 16, rate: USUAL, total });
  await load.finished();
  return load;
}

const allEnded = (api: SkaldApi): Promise<unknown> =>
  eventually(
    'all have ended',
    async () => {
      const { body } = await api.get('/v1/sagas?status=running&limit=1');
      return (body.items as unknown[]).length === 0;
    },
    60_000 + SCALE.parked * (2_000 / LIMIT.ratePerSecond),
    250,
  );

/** @returns ends it; the processes whose breaker was closed and did not stay so */
function watchForRelapses(api: SkaldApi): () => Promise<string[]> {
  const closed = new Set<string>();
  const relapsed = new Set<string>();
  let isOver = false;
  const watch = async () => {
    while (!isOver) {
      for (const { node, breaker } of await processesOf(api, 'desk')) {
        if (breaker.state === 'closed') closed.add(node);
        else if (closed.has(node)) relapsed.add(node);
      }
      await sleep(250);
    }
  };
  const watching = watch();
  return async () => {
    isOver = true;
    await watching;
    expect(closed.size).toBe(2);
    return [...relapsed];
  };
}
