import { describeWithRedis } from '../../../test/support/services.js';
import { memoryStage } from './memory-stage.js';
import { redisStage } from './redis-stage.js';
import { LIBRARIES, sqlStage } from './sql-stage.js';
import { expectSound } from './trial.js';

const COUNT = 10_000;
/** Half a minute on a machine that has nothing else to do. */
const PATIENCE = 300_000;

describe('Random interleavings of the calls of one step, on two connections', () => {
  it('never take effect twice or after their compensation, in memory', () => expectSound(memoryStage, COUNT), PATIENCE);

  it(
    'never take effect twice or after their compensation, in Postgres',
    () => expectSound(() => sqlStage(LIBRARIES.pg), COUNT),
    PATIENCE,
  );

  it.each(['typeorm', 'knex', 'drizzle'] as const)(
    'never take effect twice or after their compensation, through %s',
    (library) => expectSound(() => sqlStage(LIBRARIES[library]), 500),
    PATIENCE,
  );
});

describeWithRedis('Random interleavings of the calls of one step, on two connections of Redis', (url) => {
  it('never take effect twice or after their compensation', () => expectSound(() => redisStage(url), COUNT), PATIENCE);
});
