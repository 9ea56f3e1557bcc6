import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { eventually } from '../../../test/support/waiting.js';
import { pgOutbox } from '../../src/outbox/pg-outbox.js';
import { LedgerOfSkald, no } from './ledger-of-skald.js';
import { Stage } from './stage.js';

type End = 'commit' | 'rollback' | 'cut-off';

/** What becomes of the requests to Skald, in their order, again and again. */
type Weather = 'fine' | 'slow' | 'lost-on-the-way' | 'answer-lost' | 'busy';

const transactions = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<End>('commit') },
    { weight: 2, arbitrary: fc.constant<End>('rollback') },
    { weight: 1, arbitrary: fc.constant<End>('cut-off') },
  ),
  { minLength: 15, maxLength: 40 },
);
const weathers = fc.array(
  fc.constantFrom<Weather>('fine', 'fine', 'slow', 'lost-on-the-way', 'answer-lost', 'answer-lost', 'busy'),
  { minLength: 3, maxLength: 12 },
);
/** ms between two cuts of the relays' connections. */
const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });

function skaldIn(weather: readonly Weather[], seen: Set<Weather>): LedgerOfSkald {
  let n = 0;
  const now = (): Weather => weather[n % weather.length]!;
  return new LedgerOfSkald({
    async before() {
      n++;
      seen.add(now());
      if (now() === 'lost-on-the-way') throw new Error('connection refused');
      if (now() === 'busy') throw no(409, 'idempotency-key-in-use');
      if (now() === 'slow') await sleep(15);
    },
    after() {
      if (now() === 'answer-lost') throw new Error('connection reset');
    },
  });
}

describe('a saga is started if, and only if, its transaction commits', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  });

  afterAll(() => stage.strike());

  it('whatever becomes of transactions, connections and answers, with two relays side by side', async () => {
    const seen = new Set<Weather>();
    let committed = 0;
    const pools = ['relay-1', 'relay-2'].map((name) => stage.pool(name));
    await fc.assert(
      fc.asyncProperty(transactions, weathers, cuts, async (ends, weather, pauses) => {
        const skald = skaldIn([...weather, 'fine'], seen);
        const options = { interval: 5, timeout: 50, firstPause: 2, longestPause: 20, concurrency: 4 };
        const relays = pools.map((pool) => pgOutbox(pool).relay(skald, { ...options, onTrouble: () => undefined }));
        for (const relay of relays) relay.start();

        // Whether an order that met a cut was committed or not, only the database can tell.
        const service = async (): Promise<void> => {
          for (const [id, end] of ends.entries()) {
            const cut = end === 'cut-off' ? stage.cutConnections('service') : null;
            await stage.order(id, end === 'rollback' ? end : 'commit').catch(() => undefined);
            await cut;
          }
        };
        const vandal = async (): Promise<void> => {
          for (const pause of pauses) {
            await sleep(pause);
            await stage.cutConnections('relay-%');
          }
        };
        try {
          await Promise.all([service(), vandal()]);
          await eventually('all rows are delivered', async () => {
            return (await stage.outbox.rows({ state: 'pending', limit: 1 })).length === 0;
          });
        } finally {
          await Promise.all(relays.map((relay) => relay.stop()));
        }

        const orders = await stage.orders();
        committed += orders.length;
        expect(skald.inputs.map(Number).sort((a, b) => a - b)).toEqual(orders);
        const bySaga = (await stage.outbox.rows()).map(({ input, sagaId }) => [sagaId, input]);
        expect(new Map(bySaga as [string, number][])).toEqual(new Map(skald.sagasStarted.map((s) => [s.id, s.input])));
        await stage.clear();
      }),
      { numRuns: 10, endOnFailure: true },
    );
    expect(committed).toBeGreaterThan(50);
    expect(seen).toEqual(new Set(['fine', 'slow', 'lost-on-the-way', 'answer-lost', 'busy']));
  }, 90_000);
});
