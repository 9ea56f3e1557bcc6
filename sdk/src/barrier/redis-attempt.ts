import type { Operation, OperationId } from '../participant/call.js';
import type { Answer, Guarded, Verdict } from './barrier.js';
import { settle, type Kept, type Places } from './kept.js';
import type { RedisClient, RedisMulti } from './redis-connections.js';
import { OpenMulti, type RedisTransaction } from './redis-transaction.js';

/** One attempt of an operation, on a connection that it has for itself. */
export class RedisAttempt<Multi extends RedisMulti> {
  private readonly operation: Operation;
  private readonly keys: Readonly<Record<Operation, string>>;

  constructor(
    private readonly connection: RedisClient<Multi>,
    { sagaId, step, operation }: OperationId,
    prefix: string,
    /** ms for which an answer is kept. */
    private readonly lifetime: number,
  ) {
    this.operation = operation;
    this.keys = {
      action: `${prefix}${sagaId}/${step}/action`,
      compensation: `${prefix}${sagaId}/${step}/compensation`,
    };
  }

  /** @returns `null` if somebody else was faster: nothing has happened, and it is time to look again */
  async run(work: (tx: RedisTransaction<Multi>) => Promise<Verdict>): Promise<Guarded | null> {
    const places = await this.look();
    const settled = settle(this.operation, places);
    if (settled?.places === places) {
      await this.connection.unwatch();
      return settled.guarded;
    }
    if (settled) return (await this.commit(this.connection.multi(), settled.places)) ? settled.guarded : null;

    const transaction = new OpenMulti(this.connection.multi());
    const { answer, effects } = await work({
      multi: transaction.multi,
      watch: async (...keys) => void (await this.connection.watch(...keys)),
    });
    const kept: Kept = { answer, effects, by: this.operation };
    const multi = effects === 'keep' ? transaction.end() : this.connection.multi();
    return (await this.commit(multi, { ...places, [this.operation]: kept })) ? { answer, origin: 'work' } : null;
  }

  /** From here to the commit, nobody else may change the places. */
  private async look(): Promise<Places> {
    const { action, compensation } = this.keys;
    await this.connection.watch(action, compensation);
    const [ofAction, ofCompensation] = await this.connection.mget(action, compensation);
    return { ...read('action', ofAction), ...read('compensation', ofCompensation) };
  }

  /** Writes both places: an action's must not go sooner than that of its compensation. */
  private async commit(multi: Multi, places: Places): Promise<boolean> {
    for (const operation of ['action', 'compensation'] as const) {
      const kept = places[operation];
      if (kept) multi.set(this.keys[operation], JSON.stringify(kept), 'PX', this.lifetime);
    }
    const results = await multi.exec();
    const failure = results?.find(([error]) => error !== null)?.[0];
    if (failure) await this.holdInDoubt(failure);
    return results !== null;
  }

  private async holdInDoubt(failure: Error): Promise<never> {
    const kept: Kept = { answer: PARTLY_DONE, effects: 'keep', by: this.operation };
    await this.connection.set(this.keys[this.operation], JSON.stringify(kept), 'PX', this.lifetime);
    throw new Error('a write failed in Redis while others of the same operation were carried out', { cause: failure });
  }
}

function read(operation: Operation, text: string | null | undefined): Places {
  return text == null ? {} : { [operation]: JSON.parse(text) as Kept };
}

const PARTLY_DONE: Answer = {
  status: 500,
  body: {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'only a part of this operation has taken effect, so it is neither done nor repeated: it must be undone',
    code: 'partly-done',
  },
};
