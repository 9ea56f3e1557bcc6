import type { RedisMulti } from './redis-connections.js';

/** What work that is guarded by a {@link redisBarrier} gets. */
export interface RedisTransaction<Multi> {
  /** Queue the writes here: `tx.multi.decr('seats').sadd('passengers', name)`. They are carried out with the answer, all at once. */
  readonly multi: Multi;
  /**
   * Call this before you read what a decision rests on, and read with a connection of your own. If one of the keys has
   * changed by the time of the commit, nothing is committed and the work is done again.
   */
  readonly watch: (...keys: string[]) => Promise<void>;
}

/** A chain of commands that only the barrier may send: without the answer, its writes would be made again. */
export class OpenMulti<Multi extends RedisMulti> {
  private readonly exec: Multi['exec'];

  constructor(readonly multi: Multi) {
    this.exec = multi.exec.bind(multi);
    multi.exec = () => {
      throw new TypeError('the barrier sends this transaction itself, with the answer: leave out exec()');
    };
  }

  end(): Multi {
    this.multi.exec = this.exec;
    return this.multi;
  }
}
