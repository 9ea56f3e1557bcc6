import { onStage, type Stage } from '../crash/stage.js';
import { judge } from '../support/invariants.js';
import { Load } from '../support/load.js';
import type { Call } from '../support/participant-process.js';
import type { DefinitionDocument } from '../support/plan.js';
import type { SagaView } from '../support/skald-api.js';
import { eventually } from '../support/waiting.js';
import { step } from '../support/workloads.js';
import { breakersAre } from './board.js';

const TRIPS = 40;
const ORDERS = 20;

/** Calls that may go out while a breaker is half-open. */
const PROBES = 3;

/** Open for long enough to cancel all trips, to look at them, and to mend the desk, on a busy machine too. */
const BREAKER = {
  circuitBreaker: { consecutiveFailures: 3, resetTimeout: '8s', window: '60s', halfOpenCalls: PROBES },
};

/** Never gives up before the desk is back. */
const PATIENT = { maxAttempts: 1_000, initialInterval: '50ms', factor: 2, maxInterval: '500ms' };

/** Booked at the desk and then waiting: once it is cancelled it must be undone at the desk. */
const TRIP: DefinitionDocument = {
  name: 'trip-by-desk',
  steps: [step('book', { participant: 'desk' }), { name: 'approval', signal: 'approved' }],
};

const ORDER: DefinitionDocument = {
  name: 'order-by-desk',
  steps: [step('charge', { participant: 'desk', retry: PATIENT })],
};

describe('the breaker of a participant at which sagas have to be undone', () => {
  it('holds compensations back without an attempt, and lets them go before the actions that opened it', async () => {
    const definitions = [TRIP, ORDER];
    await onStage({ servers: 2, definitions, settings: { SKALD_LEASE: '10s' } }, async (stage) => {
      const { api, participants } = stage;
      await api.putParticipant('desk', participants.endpoint('desk'), BREAKER);
      const trips = await started(stage, 'trip-by-desk', TRIPS);
      await eachOf(stage, trips, 'is booked', ({ steps }) => steps[1]!.status === 'waiting');

      await participants.setRules([{ participant: 'desk', behaviour: { status: 503 } }]);
      const orders = await started(stage, 'order-by-desk', ORDERS);
      await breakersAre(api, 'desk', 'open', 2);

      await Promise.all(
        trips.starts.map(({ saga }) => api.post(`/v1/sagas/${saga}/cancel`, { reason: 'changed plans' })),
      );
      await eachOf(stage, trips, 'is held back by the breaker', isUndoneLater);
      await eachOf(stage, orders, 'is held back by the breaker', ({ steps }) => isHeldBack(steps[0]!));
      await breakersAre(api, 'desk', 'open', 2);
      const { calls: before } = await participants.ledger();
      await participants.setRules([]);

      await eachOf(stage, trips, 'is compensated', ({ status }) => status === 'compensated', 30_000);
      await eachOf(stage, orders, 'is completed', ({ status }) => status === 'completed', 30_000);
      const starts = [...trips.starts, ...orders.starts];
      const evidence = await stage.evidence({ starts, seenEnds: new Map() });
      expect(judge(evidence)).toEqual([]);

      const undone = evidence.ledger.calls.filter(isCompensation);
      expect(before.filter(isCompensation)).toEqual([]);
      expect(undone.map(({ saga, attempt }) => `${saga} ${attempt}`).sort()).toEqual(
        trips.starts.map(({ saga }) => `${saga} 1`).sort(),
      );

      const after = evidence.ledger.calls.filter(({ n }) => n > before.at(-1)!.n);
      // While one process probes, those that come to the other wait for the ramp; so not every probe is a compensation.
      expect(after.slice(0, 1).map(({ operation }) => operation)).toEqual(['compensation']);
      // A few actions are woken to probe, and a tenth of the way back is theirs; without a preference it were a half.
      expect(shareOfPairsUndoneFirst(after)).toBeGreaterThan(0.6);
    });
  });
});

/** So many sagas, by all servers, all of them acknowledged. */
async function started({ servers }: Stage, definition: string, total: number): Promise<Load> {
  const saga = () => ({ definition, input: {} });
  const load = Load.start({ servers: servers.map(({ api }) => api), saga, clients: 8, rate: 100, total });
  await load.finished();
  expect(load.starts.filter(({ saga }) => saga !== undefined)).toHaveLength(total);
  return load;
}

async function eachOf(
  { api }: Stage,
  { starts }: Load,
  what: string,
  fits: (saga: SagaView) => boolean,
  patience?: number,
): Promise<void> {
  await Promise.all(
    starts.map(({ saga }) => eventually(`${saga} ${what}`, async () => fits(await api.saga(saga!)), patience, 200)),
  );
}

const isHeldBack = ({ waitingFor }: SagaView['steps'][number]): boolean =>
  waitingFor?.what === 'policy' && waitingFor.by === 'breaker';

const isUndoneLater = ({ status, steps }: SagaView): boolean => status === 'compensating' && isHeldBack(steps[0]!);

/** Of all pairs of a compensation and an action, those in which the compensation was sent first. */
function shareOfPairsUndoneFirst(calls: readonly Call[]): number {
  let undone = 0;
  let first = 0;
  for (const call of calls) {
    if (isCompensation(call)) undone += 1;
    else first += undone;
  }
  return first / (undone * (calls.length - undone));
}

const isCompensation = ({ operation }: Call): boolean => operation === 'compensation';
