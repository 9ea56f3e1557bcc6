import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { endWithTests } from '../../../test/support/guard.js';
import { SkaldProcess } from '../../../test/support/skald-process.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { eventually } from '../../../test/support/waiting.js';
import { Stage } from './stage.js';

/** Waits for ever, so that its sagas cost nothing. */
const PLACE_ORDER = { name: 'place-order', steps: [{ name: 'payment', signal: 'paid' }] };

describe('a service whose processes die while they deliver', () => {
  let stage: Stage;
  let database: FreshDatabase;
  let server: SkaldProcess;

  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/build-when-stale.mjs', 'sdk'], { stdio: 'inherit' });
    [stage, database] = await Promise.all([Stage.set(), freshDatabase()]);
    server = await SkaldProcess.start({ DATABASE_URL: database.url, LOG_LEVEL: 'warn' });
    await server.api.postDefinition(PLACE_ORDER);
  }, 120_000);

  afterAll(async () => {
    await server.dispose();
    await Promise.all([stage.strike(), database.drop()]);
  });

  const relayProcess = (more: Readonly<Record<string, string>> = {}): ChildProcess => {
    const child = spawn(process.execPath, [resolve('sdk/test/outbox/relay-process.mjs')], {
      env: { DATABASE_URL: stage.url, SKALD_URL: server.api.url, ...more },
      stdio: 'inherit',
    });
    child.once('exit', endWithTests(child.pid!));
    return child;
  };
  const ordersOfSagas = async (): Promise<number[]> =>
    (await server.api.list('/v1/sagas')).map(({ input }) => Number(input)).sort((a, b) => a - b);

  it('starts one saga for every order that was committed, and none for any other', async () => {
    for (let id = 1; id <= 120; id++) await stage.order(id, id % 4 === 0 ? 'rollback' : 'commit');

    for (const diesAfter of ['20', '0', '11']) {
      const [, signal] = (await once(relayProcess({ DIES_AFTER: diesAfter }), 'exit')) as [unknown, string];
      expect(signal).toBe('SIGKILL');
    }
    // What makes it hard: sagas that were started, and a row that doesn't say so.
    const stored = await stage.outbox.rows({ state: 'started', limit: 1_000 });
    expect((await ordersOfSagas()).length).toBeGreaterThan(stored.length);

    await server.kill();
    const heirs = [relayProcess(), relayProcess()];
    await server.restart();
    await eventually(
      'all rows are delivered',
      async () => (await stage.outbox.rows({ state: 'pending' })).length === 0,
      30_000,
    );
    const exits = heirs.map((heir) => once(heir, 'exit'));
    for (const heir of heirs) heir.kill('SIGTERM');
    expect(await Promise.all(exits)).toEqual([
      [0, null],
      [0, null],
    ]);

    const committed = await stage.orders();
    expect(committed).toHaveLength(90);
    expect(await ordersOfSagas()).toEqual(committed);
    const rows = await stage.outbox.rows({ limit: 1_000 });
    const sagas = await server.api.list('/v1/sagas');
    expect(new Map(rows.map((row) => [row.sagaId, row.input]))).toEqual(new Map(sagas.map((s) => [s.id, s.input])));
  }, 120_000);
});
