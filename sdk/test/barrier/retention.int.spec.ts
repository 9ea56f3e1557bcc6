import type { Pool } from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { pgBarrier } from '../../src/barrier/pg-barrier.js';
import type { Prune } from '../../src/barrier/prune.js';
import type { SqlBarrier } from '../../src/barrier/sql-barrier.js';
import { quietPool } from './sql-stage.js';
import { newSaga, operationOf, yes } from './stage.js';

describe('Rows of a barrier', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let barrier: SqlBarrier<unknown>;

  beforeAll(async () => {
    database = await freshDatabase();
    pool = quietPool(database.url, 3);
    barrier = pgBarrier(pool);
    await barrier.migrate();
  });
  beforeEach(() => pool.query('truncate skald_barrier'));
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  /** A saga whose action took effect so long ago. */
  async function sagaOf(age: string): Promise<string> {
    const sagaId = newSaga();
    await barrier.guard(operationOf(sagaId, 'action'), async () => yes());
    await pool.query('update skald_barrier set at = now() - $2::interval where saga_id = $1', [sagaId, age]);
    return sagaId;
  }
  const isKept = async (sagaId: string): Promise<boolean> =>
    (await barrier.guard(operationOf(sagaId, 'action'), async () => yes())).origin === 'repeat';

  it('are kept for twice as long as the longest saga lasts', async () => {
    const sagas = [await sagaOf('1 hour'), await sagaOf('59 days'), await sagaOf('61 days')];
    expect(await barrier.prune({ longestSaga: '30d' })).toBe(1);
    expect(await Promise.all(sagas.map(isKept))).toEqual([true, true, false]);
  });

  it('are kept, however old, for sagas that are open', async () => {
    const [open, ended, young] = [await sagaOf('900 days'), await sagaOf('900 days'), await sagaOf('2 days')];
    async function* openSagas(): AsyncGenerator<{ id: string }> {
      yield { id: open };
    }
    expect(await barrier.prune({ openSagas: openSagas(), olderThan: '3d' })).toBe(1);
    const undone = await barrier.guard(operationOf(open, 'compensation'), async () => yes());
    expect(undone.origin).toBe('work');
    expect(await Promise.all([open, ended, young].map(isKept))).toEqual([true, false, true]);
  });

  it('are all kept if it can not be told which sagas are open', async () => {
    await sagaOf('900 days');
    async function* openSagas(): AsyncGenerator<{ id: string }> {
      yield { id: newSaga() };
      throw new Error('the server is not there');
    }
    await expect(barrier.prune({ openSagas: openSagas() })).rejects.toThrow('the server is not there');
    expect((await pool.query('select from skald_barrier')).rowCount).toBe(1);
  });

  it('go in any number', async () => {
    await pool.query(`insert into skald_barrier (saga_id, step, operation, outcome, status, body, at)
      select gen_random_uuid(), 'charge', 'action', 'done', 200, 'null', now() - interval '90 days'
      from generate_series(1, 25000)`);
    const young = await sagaOf('1 minute');
    expect(await barrier.prune({ longestSaga: '7d' })).toBe(25_000);
    expect(await isKept(young)).toBe(true);
  });

  it.each<Prune>([{ longestSaga: '23h' }, { longestSaga: 30 }, { openSagas: [], olderThan: '1h' }])(
    'are not deleted so early that it must be a mistake: %j',
    async (what) => {
      const saga = await sagaOf('12 hours');
      await expect(barrier.prune(what)).rejects.toThrow(RangeError);
      expect(await isKept(saga)).toBe(true);
    },
  );

  it('have their table made once, when many processes start at the same time', async () => {
    await pool.query('drop table skald_barrier');
    await Promise.all(Array.from({ length: 3 }, () => barrier.migrate()));
    await barrier.migrate();
    expect(await isKept(await sagaOf('1 minute'))).toBe(true);
  });
});
