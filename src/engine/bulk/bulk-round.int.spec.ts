import { Registry } from 'prom-client';
import { OpenedEngine, until } from '../../../test/engine/opened-engine.js';
import { BulkItems, type BulkNews } from '../../store/bulk-items.js';
import type { BulkOperation, BulkRequest } from '../../store/bulk-operation.js';
import { BulkOperations } from '../../store/bulk-operations.js';
import { StoreUnavailable } from '../../store/errors.js';
import type { Engine } from '../engine.js';
import { BulkMetrics } from './bulk-metrics.js';
import { BulkRound } from './bulk-round.js';
import { Pace } from './pace.js';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
const SAGAS = 40;

/** Forgets what it is told, as a process does that dies after the orders were taken and before anybody has noted it. */
class Forgetful extends BulkItems {
  isDead = true;

  override async settle(bulkId: string, news: readonly BulkNews[]): ReturnType<BulkItems['settle']> {
    if (this.isDead) throw new StoreUnavailable(true);
    return super.settle(bulkId, news);
  }
}

describe('the rounds of a bulk operation', () => {
  let opened: OpenedEngine;
  let engine: Engine;
  let operations: BulkOperations;
  let names = 0;

  beforeAll(async () => {
    opened = await OpenedEngine.open();
    engine = await opened.engine();
    operations = new BulkOperations(opened.store.database);
  });

  afterAll(() => opened.close());

  const roundOf = (items = new BulkItems(opened.store.database), metrics = new BulkMetrics(new Registry())) =>
    new BulkRound({ engine, operations, items, metrics, log: QUIET });

  /** Sagas that wait for a signal, and an operation on them. */
  const begun = async (more: Partial<BulkRequest> = {}): Promise<{ ids: string[]; bulk: BulkOperation }> => {
    const definition = `wait-${++names}`;
    await opened.define({ name: definition, steps: [{ name: 'wait', signal: 'go' }] });
    const ids: string[] = [];
    for (let i = 0; i < SAGAS; i++) ids.push((await engine.startSaga({ definition, input: {} })).state.id);
    const request: BulkRequest = {
      ...{ filter: { definition }, action: 'pause', params: {}, reason: 'a test', by: 'env:operator', requestId: 'r' },
      ...{ canary: 0, ratePerSecond: 1_000, stopOnFailureRatio: 0.1 },
      ...more,
    };
    const started = await operations.start(request, { definition }, null);
    if (started.outcome !== 'started') throw new Error(started.outcome);
    return { ids, bulk: started.operation };
  };

  const done = async (id: string, round: BulkRound): Promise<BulkOperation> => {
    for (let n = 0; n < 100; n++) {
      const operation = (await operations.find(id))!;
      if (operation.status !== 'running') return operation;
      await round.run(operation, new Pace(performance.now() - 1_000));
    }
    throw new Error('it has come to no end');
  };

  const ordersTaken = async (ids: readonly string[]): Promise<number[]> =>
    Promise.all(
      ids.map(async (id) => {
        const { entries } = await engine.entries(id, 0);
        return entries.flatMap(({ facts }) => facts).filter(({ type }) => type === 'order-taken').length;
      }),
    );

  const COMPLETED = { selected: SAGAS, succeeded: SAGAS, pending: 0, failed: 0, undecided: 0, refused: 0 };

  it('order each saga once when two processes work on one operation at the same time', async () => {
    const { ids, bulk } = await begun();
    const ends = await Promise.all([done(bulk.id, roundOf()), done(bulk.id, roundOf())]);
    expect(ends.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(ends[0].counts).toEqual(COMPLETED);
    expect(await ordersTaken(ids)).toEqual(ids.map(() => 1));
    const audited = await opened.store.sql(`select action from skald.audit where target = $1 order by seq`, [bulk.id]);
    expect(audited).toEqual([{ action: 'bulk.start' }, { action: 'bulk.complete' }]);
  });

  it('order no saga again whose order was taken when the process died', async () => {
    const { ids, bulk } = await begun();
    const items = new Forgetful(opened.store.database);
    await expect(done(bulk.id, roundOf(items))).rejects.toThrow(StoreUnavailable);
    expect((await ordersTaken(ids)).filter((count) => count === 1)).toHaveLength(32);
    items.isDead = false;
    expect((await done(bulk.id, roundOf(items))).counts).toEqual(COMPLETED);
    expect(await ordersTaken(ids)).toEqual(ids.map(() => 1));
  });

  it('are for the sagas that met the filter at the start, whatever they are since, and for no others', async () => {
    const { ids, bulk } = await begun();
    const definition = (bulk.filter as { definition: string }).definition;
    const late = await engine.startSaga({ definition, input: {} });
    await engine.signal(ids[0]!, 'go', null, 'test');
    await until(engine, ids[0]!, ({ ended }) => ended !== null);
    expect((await done(bulk.id, roundOf())).counts).toEqual({ ...COMPLETED, succeeded: SAGAS - 1, refused: 1 });
    const items = new BulkItems(opened.store.database);
    expect((await items.list(bulk.id, 'refused', 10)).items).toMatchObject([
      { saga: ids[0], outcome: 'refused', code: 'already-final', status: 'completed' },
    ]);
    expect((await engine.find(late.state.id)).state.paused).toBe(false);
  });

  it('take no news from whoever has seen an item as it is no more', async () => {
    const { ids, bulk } = await begun();
    const items = new BulkItems(opened.store.database);
    const news = { saga: ids[0]!, was: 'waiting', seq: 3, status: 'running' } as const;
    expect(await items.settle(bulk.id, [{ ...news, outcome: 'pending' }])).toEqual([{ outcome: 'pending', count: 1 }]);
    expect(await items.settle(bulk.id, [{ ...news, outcome: 'refused' }])).toEqual([]);
    expect(await items.settle(bulk.id, [{ ...news, was: 'pending', outcome: 'failed', message: 'a\0b' }])).toHaveLength(
      1,
    );
    expect((await operations.find(bulk.id))!.counts).toMatchObject({ pending: 0, failed: 1, refused: 0 });
    expect((await items.list(bulk.id, 'waiting', 200)).items).toHaveLength(SAGAS - 1);
  });

  it('count what came of the sagas, by action and outcome', async () => {
    const registry = new Registry();
    const { bulk } = await begun();
    await done(bulk.id, roundOf(new BulkItems(opened.store.database), new BulkMetrics(registry)));
    expect(await registry.metrics()).toContain(`skald_bulk_items_total{action="pause",outcome="succeeded"} ${SAGAS}`);
  });
});
