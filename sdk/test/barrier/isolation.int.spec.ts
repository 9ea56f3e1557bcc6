import type { Verdict } from '../../src/barrier/barrier.js';
import type { OperationId } from '../../src/participant/call.js';
import type { Isolation } from '../../src/sql/isolation.js';
import { Gate } from './gate.js';
import { LIBRARIES, sqlStage, type Query, type SqlInstance, type SqlStage } from './sql-stage.js';
import { newSaga, operationOf, yes } from './stage.js';
import { expectSound } from './trial.js';

const LEVELS: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable'];
const NAMES = Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[];

describe.each(NAMES)('A barrier through %s', (name) => {
  let stage: SqlStage;
  let here: SqlInstance;
  let there: SqlInstance;

  beforeAll(async () => {
    stage = await sqlStage(LIBRARIES[name]);
    await stage.query('create table account (name text primary key, amount int not null)');
    await stage.query(`alter database ${stage.name} set deadlock_timeout = '20ms'`);
  });
  afterAll(() => stage.close());
  const begin = async (isolation: Isolation): Promise<void> => {
    [here, there] = [await stage.instance({ isolation }), await stage.instance({ isolation })];
    await stage.query("insert into account values ('a', 100), ('b', 100)");
  };
  const amounts = async (): Promise<unknown[]> =>
    (await stage.query('select amount from account order by name')).map(({ amount }) => amount);

  afterEach(async () => {
    await Promise.all([here.close(), there.close()]);
    await stage.query('delete from account');
  });

  /** Two works that have both taken their first step before one of them takes the next; and how often they ran in all. */
  async function meet(works: readonly [Work, Work]): Promise<number> {
    const gates = [new Gate(), new Gate()] as const;
    let runs = 0;
    const run = (at: SqlInstance, [first, next]: Work, mine: Gate, other: Gate) =>
      at.guardSql(newAction(), async (query) => {
        runs++;
        const seen = await first(query);
        mine.open();
        await other.opened;
        await next(query, seen);
        return yes();
      });
    const answers = await Promise.all([
      run(here, works[0], gates[0], gates[1]),
      run(there, works[1], gates[1], gates[0]),
    ]);
    expect(answers.map(({ origin }) => origin)).toEqual(['work', 'work']);
    return runs;
  }

  it.each(LEVELS)('works in transactions that are %s', async (isolation) => {
    await begin(isolation);
    let level: unknown;
    const { origin } = await here.guardSql(newAction(), async (query): Promise<Verdict> => {
      [level] = (await query('show transaction isolation level')).map((row) => row['transaction_isolation']);
      return yes();
    });
    expect([origin, level]).toEqual(['work', isolation]);
  });

  it.each(LEVELS)('does both works again until both are done, if they deadlock (40P01) in %s', async (isolation) => {
    await begin(isolation);
    const take = (account: string) => async (query: Query) =>
      void (await query('update account set amount = amount - 1 where name = $1', [account]));
    const runs = await meet([
      [take('a'), take('b')],
      [take('b'), take('a')],
    ]);
    expect(runs).toBeGreaterThan(2);
    expect(await amounts()).toEqual([98, 98]);
  });

  it.each(LEVELS.slice(1))(
    'does a work again that has read what another has changed (40001) in %s',
    async (isolation) => {
      await begin(isolation);
      const read = async (query: Query) =>
        Number((await query("select amount from account where name = 'a'"))[0]!['amount']);
      const write = async (query: Query, seen: unknown) =>
        void (await query("update account set amount = $1 where name = 'a'", [Number(seen) - 1]));
      expect(
        await meet([
          [read, write],
          [read, write],
        ]),
      ).toBeGreaterThan(2);
      expect(await amounts()).toEqual([98, 100]);
    },
  );

  it('does a work again that rests on what another has just undone (write skew, 40001) in serializable', async () => {
    await begin('serializable');
    // Each may empty its account as long as the other one holds something.
    const sum = async (query: Query) => Number((await query('select sum(amount) from account'))[0]!['sum']);
    const empty = (account: string) => async (query: Query, seen: unknown) =>
      void (Number(seen) > 100 && (await query('update account set amount = 0 where name = $1', [account])));
    expect(
      await meet([
        [sum, empty('a')],
        [sum, empty('b')],
      ]),
    ).toBeGreaterThan(2);
    expect((await amounts()).sort()).toEqual([0, 100]);
  });
});

describe.each(LEVELS.slice(1))('Random interleavings in %s', (isolation) => {
  it(
    'never take effect twice or after their compensation',
    () => expectSound(() => sqlStage(LIBRARIES.pg, isolation), 500),
    300_000,
  );
});

/** A first step that sees something, and a second one that acts on it. */
type Work = readonly [(query: Query) => Promise<unknown>, (query: Query, seen: unknown) => Promise<void>];

const newAction = (): OperationId => operationOf(newSaga(), 'action');
