import { redisUrl } from '../../../test/support/services.js';
import { memoryStage } from './memory-stage.js';
import { redisStage } from './redis-stage.js';
import { LIBRARIES, sqlStage } from './sql-stage.js';
import type { Instance, Stage, Surroundings } from './stage.js';

/** A stage that is open while the tests of a suite run. */
export interface Scene {
  readonly stage: Stage;
  /** Another process; closed after the test. */
  instance(surroundings?: Surroundings): Promise<Instance>;
}

const IN_SQL = Object.entries(LIBRARIES).map(
  ([name, library]) => [name, () => sqlStage(library)] as [string, () => Promise<Stage>],
);

/** Describes the same behaviour of all barriers. */
export function describeEveryBarrier(title: string, suite: (scene: Scene) => void): void {
  describeStages(title, [['memory', memoryStage], ...inRedis(), ...IN_SQL], suite);
}

/** The same, for those that are still there when the process has ended. */
export function describeDurableBarriers(title: string, suite: (scene: Scene) => void): void {
  describeStages(title, [...inRedis(), ...IN_SQL], suite);
}

function inRedis(): [string, () => Promise<Stage>][] {
  const url = redisUrl();
  return url === null ? [] : [['redis', () => redisStage(url)]];
}

function describeStages(title: string, stages: [string, () => Promise<Stage>][], suite: (scene: Scene) => void): void {
  if (redisUrl() === null) describe.skip(`${title}, in redis (needs Redis)`, () => it('follows the rules', () => {}));
  describe.each(stages)(`${title}, in %s`, (_, open) => {
    let stage: Stage;
    const instances: Instance[] = [];
    beforeAll(async () => {
      stage = await open();
    });
    afterEach(async () => {
      await Promise.all(instances.splice(0).map((instance) => instance.close()));
    });
    afterAll(() => stage.close());

    suite({
      get stage() {
        return stage;
      },
      async instance(surroundings) {
        const instance = await stage.instance(surroundings);
        instances.push(instance);
        return instance;
      },
    });
  });
}
