import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { freshDatabase } from '../support/database.js';
import { endWithTests } from '../support/guard.js';
import { redisUrl } from '../support/services.js';

/** 10 orders a second, a hundred a second for five seconds. */
const SHORT_DAY = ['--before', '2s', '--surge', '5s', '--after', '2s', '--reset', '2s'];
const ORDERS = 2 * 10 + 5 * 100 + 2 * 10;

interface Service {
  readonly name: string;
  readonly turnedAway: number;
  readonly effects: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly breakerOpenings: number;
}

/** What `examples/promotion/demo/report.mjs` makes, as far as it is looked at here. */
interface Report {
  readonly accept: { readonly accepted: number; readonly givenUp: number; readonly p99: number };
  readonly sagas: Readonly<Record<string, number>>;
  readonly drained: { readonly orders: number; readonly payments: number; readonly coupons: number };
  readonly degraded: Readonly<Record<string, number>>;
  readonly services: readonly Service[];
  readonly faults: readonly string[];
}

/** The same program as `npm run demo:promotion`, with a surge that a test can wait for. */
async function promotionDay(): Promise<{ readonly code: number; readonly report: Report }> {
  const database = await freshDatabase();
  const redis = redisUrl();
  const demo = spawn(process.execPath, ['examples/promotion/demo.mjs', '--json', ...SHORT_DAY], {
    env: { ...process.env, DATABASE_URL: database.url, ...(redis && { REDIS_URL: redis }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const release = endWithTests(demo.pid!, 'INT');
  try {
    const [report, story, [code]] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'exit')]);
    if (report === '') throw new Error(`there is no report:\n${story}`);
    return { code: code as number, report: JSON.parse(report) as Report };
  } finally {
    release();
    await database.drop();
  }
}

describe('a promotion day', () => {
  let code: number;
  let report: Report;
  const service = (name: string): Service => report.services.find((one) => one.name === name)!;

  beforeAll(async () => {
    ({ code, report } = await promotionDay());
  }, 180_000);

  it('loses nothing in a ten-fold surge, does nothing twice, and gives each coupon after its payment', () => {
    expect(report.faults).toEqual([]);
    expect(code).toBe(0);
    expect(report.accept).toMatchObject({ accepted: ORDERS, givenUp: 0 });
    const { completed, compensated, lost } = report.sagas;
    expect([completed! + compensated!, lost]).toEqual([ORDERS, 0]);
    expect(service('coupon').effects).toBe(completed);
  });

  it('undoes the orders whose card is refused, though the warehouse was too busy to be asked', () => {
    expect(report.sagas['compensated']).toBe(Math.floor(ORDERS / 50));
  });

  it('paces what nothing can stand in for below what the service can do, and makes it up after the surge', () => {
    for (const name of ['payment', 'coupon']) {
      expect(service(name)).toMatchObject({ turnedAway: 0, breakerOpenings: 0 });
      expect(service(name).refusals['shaping']).toBeGreaterThan(0);
    }
    expect(report.drained.payments).toBeGreaterThan(0);
    expect(report.drained.coupons).toBeGreaterThanOrEqual(report.drained.payments);
  });

  it('lets an estimate and a fixed list stand in for services that are overrun', () => {
    expect(service('stock').turnedAway).toBeGreaterThan(0);
    expect(report.degraded['reserve: estimated_stock']).toBeGreaterThan(0);
    expect(report.degraded['recommend: static_top_items']).toBeGreaterThan(0);
  });
});
