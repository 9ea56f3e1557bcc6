import { randomUUID } from 'node:crypto';
import type { Start } from '../support/invariants.js';
import { isTerminal, type SkaldApi } from '../support/skald-api.js';
import type { SkaldProcess } from '../support/skald-process.js';
import { expectSound } from '../support/verdict.js';
import { eventually, sleep } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { onStage, type Stage } from './stage.js';

/** Calls, a wait that is long enough to let the saga go, and an end. */
const STORY = {
  name: 'story',
  steps: [step('reserve'), { name: 'nap', sleep: '600ms' }, step('charge'), step('ship', { kind: 'pivot' })],
};

/** The way to a good end, as short as it can be: every passing costs the start of a server. */
const SHORT = { name: 'short', steps: [step('reserve'), step('ship', { kind: 'pivot' })] };

/** What is started together: one saga that completes, and one whose pivot is refused, so that everything is undone. */
const SAGAS = [
  { definition: SHORT.name, input: {} },
  { definition: STORY.name, input: { behave: { ship: { action: { status: 409 } } } } },
];

/** Each crash point, and the fewest times that the two sagas below pass it: a run with fewer kills proves too little. */
const POINTS: readonly (readonly [string, number])[] = [
  ['after-accept', 2],
  ['before-call', 7],
  ['after-call', 7],
  ['before-append', 8],
  ['after-append', 8],
  ['before-park', 2],
  ['after-wake', 2],
];

/**
 * Kills a server at the 1st, 2nd, 3rd … passing of `point`, until it is not passed that often. Another server, which was
 * frozen until then so that it could not help, has to finish what is left.
 * @returns kills
 */
async function killAtEveryPassing(stage: Stage, point: string): Promise<number> {
  const [victim, heir] = stage.servers as [SkaldProcess, SkaldProcess];
  const starts: Start[] = [];
  await victim.kill();
  for (let kills = 0; ; kills++) {
    heir.signal('SIGSTOP');
    await victim.restart({ SKALD_CRASH_AT: `${point}:${kills + 1}` });
    const requests = SAGAS.map((saga) => ({ ...saga, businessKey: `crash-${randomUUID()}` }));
    const clients = Promise.all(requests.map((request) => startPatiently(victim, heir, request)));
    const undisturbed = clients.then((ids) => allEnded(victim.api, ids, 20_000));
    const isKilled = await Promise.race([victim.exited.then(() => true), undisturbed.then(() => false)]);
    heir.signal('SIGCONT');
    undisturbed.catch(() => undefined); // it was disturbed
    const ids = await clients;
    starts.push(...requests.map(({ definition, businessKey: key }, i) => ({ key, definition, saga: ids[i]! })));
    await allEnded(heir.api, ids, 15_000);
    if (!isKilled) {
      const evidence = await stage.evidence({ starts, seenEnds: new Map() });
      expectSound(evidence, { planned: kills, landed: kills });
      return kills;
    }
  }
}

/** As a good client does: again with the same key, and at another server, until a 2xx is heard. */
function startPatiently(victim: SkaldProcess, heir: SkaldProcess, request: { businessKey: string }): Promise<string> {
  return eventually(
    'the start is acknowledged',
    async () => {
      const { api } = victim.runs ? victim : heir;
      const answer = await api.post('/v1/sagas', request, { 'idempotency-key': request.businessKey });
      return answer.status === 202 || answer.status === 200 ? (answer.body as { id: string }).id : undefined;
    },
    40_000,
  );
}

async function allEnded(api: SkaldApi, ids: readonly string[], patience: number): Promise<void> {
  await eventually(
    `sagas ${ids.join(' and ')} end`,
    async () => (await Promise.all(ids.map((id) => api.saga(id)))).every(({ status }) => isTerminal(status)),
    patience,
  );
}

describe('a server that is killed with -9', () => {
  /** Most of the time goes into starting servers, so some points are tried side by side. */
  const LANES = 3;
  const kills = new Map<string, Promise<number>>();

  beforeAll(() => {
    const waiting = [...POINTS];
    const free = Array.from({ length: LANES }, () => Promise.resolve<unknown>(undefined));
    for (const [i, [point]] of waiting.entries()) {
      const lane = i % LANES;
      const run = free[lane]!.then(() =>
        onStage({ servers: 2, definitions: [SHORT, STORY] }, (stage) => killAtEveryPassing(stage, point)),
      );
      kills.set(point, run);
      free[lane] = run.catch(() => sleep(0));
    }
  });

  it.each(POINTS)(
    'at every passing of %s leaves no trace: its sagas end as if nothing had happened',
    async (point, fewest) => {
      expect(await kills.get(point)).toBeGreaterThanOrEqual(fewest);
    },
    240_000,
  );
});
