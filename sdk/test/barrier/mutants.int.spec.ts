import type { Redis } from 'ioredis';
import { describeWithRedis } from '../../../test/support/services.js';
import { pgBarrier } from '../../src/barrier/pg-barrier.js';
import { barrierOf } from '../../src/barrier/sql-barrier.js';
import { statementsFor, type Statements } from '../../src/barrier/statements.js';
import { pgDatabase } from '../../src/sql/pg.js';
import { redisStage } from './redis-stage.js';
import { queryPg, quietPool, sqlStage, type Library } from './sql-stage.js';
import { faultsOf } from './trial.js';

/*
 * The judge of the interleavings must find out each of these. Without that, a barrier that passes would prove nothing.
 */

const COUNT = 300;
const PATIENCE = 60_000;

/** Answers like the insert, and writes nothing. */
const FIRST_EACH_TIME = { claim: 'select $1::uuid, $2::text, $3::text', bar: 'select $1::uuid, $2::text' };
const NEVER_FIRST = { bar: 'select 1 where $1::uuid is null and $2::text is null' };

/** Looks, and then inserts, into a table without a key. */
const LOOKING_FIRST: Partial<Statements> = {
  ...statementsFor('keyless'),
  claim: `insert into keyless (saga_id, step, operation) select $1, $2, $3 where not exists
    (select from keyless where saga_id = $1 and step = $2 and operation = $3) returning 1`,
  bar: `insert into keyless (saga_id, step, operation, outcome) select $1, $2, 'action', 'barred' where not exists
    (select from keyless where saga_id = $1 and step = $2 and operation = 'action') returning 1`,
};

function withStatements(altered: Partial<Statements>): Library {
  return async (url, max, _, use) => {
    const pool = quietPool(url, max);
    const statements = { ...statementsFor('skald_barrier'), ...altered };
    const barrier = barrierOf(statements, pgDatabase(pool), {});
    await pgBarrier(pool, { table: 'keyless' }).migrate();
    await pool.query('alter table keyless drop constraint if exists keyless_pkey');
    return use({ barrier, query: queryPg, close: () => pool.end() });
  };
}

describe('A barrier in Postgres is found out', () => {
  it.each<[string, Partial<Statements>, string]>([
    ["without the insert of an operation's own row", { claim: FIRST_EACH_TIME.claim }, 'an action took effect twice'],
    [
      'if a compensation always takes the row of its action for free',
      { bar: FIRST_EACH_TIME.bar },
      'a compensation that said yes left something',
    ],
    [
      'if a compensation leaves the row of its action to a late one',
      { bar: NEVER_FIRST.bar },
      'a compensation that said yes left something',
    ],
    [
      'if it takes every action for one that took effect',
      {
        read: "select 'done' as outcome, 200 as status, 'null' as body where ($1::uuid, $2::text, $3::text) is not null",
      },
      'something was undone that was never done',
    ],
    [
      'if it looks before it inserts, and nothing keeps two from looking at once',
      LOOKING_FIRST,
      'an action took effect twice',
    ],
  ])(
    '%s',
    async (_, altered, fault) => {
      expect(await faultsOf(() => sqlStage(withStatements(altered)), COUNT)).toContain(fault);
    },
    PATIENCE,
  );
});

describeWithRedis('A barrier in Redis is found out', (url) => {
  it.each<[string, (connection: Redis) => void, string]>([
    [
      'if it watches nothing',
      (connection) => void (connection.watch = async () => 'OK'),
      'an action took effect twice',
    ],
    [
      'if a compensation leaves the place of its action to a late one',
      (connection) => {
        const multi = connection.multi.bind(connection) as () => ReturnType<Redis['multi']>;
        const altered = (): ReturnType<Redis['multi']> => {
          const chain = multi();
          const set = chain.set.bind(chain) as (...args: unknown[]) => typeof chain;
          const leaveActions = (key: string, ...rest: unknown[]) =>
            key.endsWith('/action') && String(rest[0]).includes('"barred"') ? chain : set(key, ...rest);
          return Object.assign(chain, { set: leaveActions });
        };
        Object.assign(connection, { multi: altered });
      },
      'a compensation that said yes left something',
    ],
  ])(
    '%s',
    async (_, spoil, fault) => {
      const alter = (redis: Redis): Redis => {
        const duplicate = redis.duplicate.bind(redis) as (options: object) => Redis;
        const spoilt = (options: object): Redis => {
          const connection = duplicate(options);
          spoil(connection);
          return connection;
        };
        return Object.assign(redis, { duplicate: spoilt });
      };
      expect(await faultsOf(() => redisStage(url, alter), COUNT)).toContain(fault);
    },
    PATIENCE,
  );
});
