import { onStage, type Stage } from '../crash/stage.js';
import { Load } from '../support/load.js';
import type { DefinitionDocument } from '../support/plan.js';
import type { JournalEntry, SagaView } from '../support/skald-api.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually, sleep } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { endedCrowd } from './crowd.js';

/** Sagas per second, of one call each. */
const RATE = 80;

/** How long each part of the story takes, in ms. */
const PART = 2_000;

/** What a call takes, in ms: at the good endpoint, and at the one that is ten times as slow. */
const QUICK = 15;
const TEN_TIMES = 150;

/** What got through before the kill may be read a little after it. In ms. */
const LAST_ARRIVALS = 200;

/** Of the sagas: only calls that were under way when their endpoint was killed may need another attempt. */
const MOST_REPEATED = 0.05;

const SALE: DefinitionDocument = { name: 'sale', steps: [step('charge', { participant: 'desk' })] };

/** Of all calls, by endpoint. */
type Shares = Readonly<Record<'good' | 'slow' | 'mortal', number>>;

describe('a participant with three endpoints, one of them slow and one killed', () => {
  it('is called where it is well, hardly an attempt fails, and who comes back gets its calls by and by', async () => {
    await onStage({ servers: 2, definitions: [SALE], settings: { SKALD_LEASE: '10s' } }, async (stage) => {
      const { api, participants, servers } = stage;
      const { hostname: host, port } = new URL(participants.endpoint('mortal'));
      const proxy = await TcpProxy.start({ host, port: Number(port) });
      try {
        await participants.setRules([
          { participant: 'slow', behaviour: { delay: TEN_TIMES } },
          { behaviour: { delay: QUICK } },
        ]);
        await putDesk(stage, `http://${proxy.address.host}:${proxy.address.port}/mortal`);
        const saga = () => ({ definition: 'sale', input: {} });
        const load = Load.start({ servers: servers.map((server) => server.api), saga, clients: 8, rate: RATE });

        const before = await sharesOver(stage, PART);
        await proxy.refuse();
        await sleep(LAST_ARRIVALS);
        const during = await sharesOver(stage, PART);
        await proxy.listen();
        const returned = Date.now();
        await eventually('the killed one is called again', async () => (await callsSince(stage, returned)).mortal > 0);
        const after = await sharesOver(stage, PART);
        await load.stop();

        const sagas = await endedCrowd(api, 'sale');
        const repeated = sagas.filter(({ steps }) => steps[0]!.attempts.action > 1);
        process.stdout.write(
          `\nThree endpoints: before ${inWords(before)}; one killed ${inWords(during)}; back ${inWords(after)}; ` +
            `${repeated.length} of ${sagas.length} sagas needed another attempt\n`,
        );
        // Coarse, for busy machines: otherwise it is less than a fifth.
        for (const { good, slow } of [before, during, after]) expect(slow).toBeLessThan(0.7 * good);
        expect(before.mortal).toBeGreaterThan(0.2);
        expect(during.mortal).toBe(0);
        expect(after.mortal).toBeLessThan(after.good / 2);

        expect(sagas).toHaveLength(load.starts.length);
        expect(sagas.filter(({ status }) => status !== 'completed')).toEqual([]);
        expect(repeated.length / sagas.length).toBeLessThan(MOST_REPEATED);
        const failed = await failedAttempts(stage, repeated);
        // Whose connection was refused went elsewhere within the same attempt.
        expect(failed.filter(({ effect }) => effect !== 'in-doubt')).toEqual([]);
      } finally {
        await proxy.refuse();
      }
    });
  });
});

async function putDesk({ api, participants }: Stage, mortal: string): Promise<void> {
  const { status } = await api.request('PUT', '/v1/participants/desk', {
    endpoints: [participants.endpoint('good'), participants.endpoint('slow'), mortal],
    loadBalancing: { outlier: { consecutiveErrors: 3, ejection: '1s' } },
  });
  expect(status).toBe(201);
}

/** How the calls of the next `ms` are shared. */
async function sharesOver(stage: Stage, ms: number): Promise<Shares> {
  const since = Date.now();
  await sleep(ms);
  const counts = await callsSince(stage, since);
  const total = counts.good + counts.slow + counts.mortal;
  expect(total).toBeGreaterThan(0);
  return { good: counts.good / total, slow: counts.slow / total, mortal: counts.mortal / total };
}

async function callsSince({ participants }: Stage, since: number): Promise<Record<keyof Shares, number>> {
  const { calls } = await participants.ledger();
  const count = (name: string) => calls.filter(({ participant, at }) => participant === name && at >= since).length;
  return { good: count('good'), slow: count('slow'), mortal: count('mortal') };
}

async function failedAttempts({ api }: Stage, sagas: readonly SagaView[]): Promise<JournalEntry['facts'][number][]> {
  const journals = await Promise.all(sagas.map(({ id }) => api.journal(id)));
  return journals.flat().flatMap(({ facts }) => facts.filter(({ type }) => type === 'attempt-failed'));
}

function inWords({ good, slow, mortal }: Shares): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return `good ${percent(good)}, slow ${percent(slow)}, mortal ${percent(mortal)}`;
}
