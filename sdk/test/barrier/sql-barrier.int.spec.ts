import type { Pool } from 'pg';
import { pgBarrier } from '../../src/barrier/pg-barrier.js';
import { sqlStateOf } from '../../src/sql/sql-state.js';
import { LIBRARIES, quietPool, sqlStage, type SqlInstance, type SqlStage } from './sql-stage.js';
import { newSaga, no, operationOf, yes } from './stage.js';

describe.each(Object.entries(LIBRARIES))('A barrier through %s', (_, library) => {
  let stage: SqlStage;
  let instance: SqlInstance;
  beforeAll(async () => {
    stage = await sqlStage(library);
    instance = await stage.instance({ connections: 1 });
    await stage.query('create table seat (n int primary key)');
  });
  afterAll(async () => {
    await instance.close();
    await stage.close();
  });

  it('does not take the word of work that has not noticed that one of its statements failed', async () => {
    const operation = operationOf(newSaga(), 'action');
    const blind = instance.guardSql(operation, async (query) => {
      await query('insert into seat values (1)');
      await query('insert into seat values (1)').catch(() => {});
      return yes();
    });
    // 25P02: current transaction is aborted.
    expect(await blind.catch(sqlStateOf)).toBe('25P02');
    expect(await stage.query('select from seat where n = 1')).toEqual([]);
    expect((await instance.guard(operation, async () => yes())).origin).toBe('work');
  });

  it('keeps the no of work that has noticed it', async () => {
    const operation = operationOf(newSaga(), 'action');
    await stage.query('insert into seat values (2)');
    const { answer } = await instance.guardSql(operation, (query) =>
      query('insert into seat values (2)').then(
        () => yes(),
        () => no(),
      ),
    );
    expect(answer.status).toBe(409);
    expect((await instance.guard(operation, async () => yes())).answer).toEqual(answer);
  });
});

describe('A barrier in Postgres', () => {
  let stage: SqlStage;
  let pool: Pool;
  beforeAll(async () => {
    stage = await sqlStage(LIBRARIES.pg);
    pool = quietPool(stage.url, 2);
  });
  afterAll(async () => {
    await pool.end();
    await stage.close();
  });

  it('gives up in the end, having done nothing, if the database asks for one repeat after the other', async () => {
    const barrier = pgBarrier(pool, { maxTries: 3 });
    const operation = operationOf(newSaga(), 'action');
    let works = 0;
    const unlucky = barrier.guard(operation, async (tx) => {
      works++;
      await tx.query("do $$ begin raise exception 'unlucky' using errcode = 'serialization_failure'; end $$");
      return yes();
    });
    await expect(unlucky).rejects.toMatchObject({ code: '40001' });
    expect(works).toBe(3);
    expect((await barrier.guard(operation, async () => yes())).origin).toBe('work');
  });

  it('may have its rows in a table of another name and schema', async () => {
    await stage.query('create schema guards');
    const barrier = pgBarrier(pool, { table: 'guards.barrier' });
    await barrier.migrate();
    const operation = operationOf(newSaga(), 'action');
    expect((await barrier.guard(operation, async () => yes())).origin).toBe('work');
    expect((await barrier.guard(operation, async () => yes())).origin).toBe('repeat');
    expect(await stage.query('select operation from guards.barrier')).toEqual([{ operation: 'action' }]);
  });

  it.each(['barrier; drop table x', 'Barrier', 'a.b.c', ''])('does not take %j for the name of a table', (table) => {
    expect(() => pgBarrier(pool, { table })).toThrow(TypeError);
  });
});
