import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { callback, isRejected, type Barrier, type Callback, type Verdict } from '@skald/sdk';
import type { Redis } from 'ioredis';
import type { Stay } from './hotels.js';
import type { Tx } from './service.js';
import type { Step, Stock } from './stock.js';

/** What a guest asks for. */
export interface Request {
  readonly hotel: string;
  readonly nights: number;
  readonly guest: string;
}

/** How often the desk looks for requests whose time has come, ms. */
const PACE = 100;
/** The requests that are to be decided and told, by the time for it. */
const TRAY = 'tray';

/**
 * Decides requests some time after they were made, and tells Skald. All that it knows is in Redis, so it goes on after
 * a crash: a request is in the tray until Skald has heard the decision.
 */
export class FrontDesk {
  private readonly closing = new AbortController();
  private work: Promise<void> | undefined;

  /** @param decidesAfter ms */
  constructor(
    private readonly redis: Redis,
    private readonly barrier: Barrier<Tx>,
    private readonly rooms: Stock,
    private readonly decidesAfter: number,
  ) {}

  /** Puts a request into the tray: together with the 202 that answers it, or not at all. */
  ask(step: Step, request: Request, { url }: Callback<Stay>, { multi }: Tx): void {
    const id = idOf(step);
    multi.hset(id, { ...request, url }).zadd(TRAY, Date.now() + this.decidesAfter, id);
  }

  /** Takes a request back. If it is being decided right now, one of the two comes first, and the other sees it. */
  async forget(step: Step, tx: Tx): Promise<void> {
    const id = idOf(step);
    await tx.watch(id);
    tx.multi.del(id).zrem(TRAY, id);
  }

  /** Begins to work. */
  open(): void {
    this.work = this.workThroughTheTray();
  }

  /** Leaves everything as it is. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.work;
  }

  private async workThroughTheTray(): Promise<void> {
    const { signal } = this.closing;
    const report = (error: unknown): void => void (signal.aborted || process.stderr.write(`${String(error)}\n`));
    while (!signal.aborted) {
      const due = await this.redis.zrangebyscore(TRAY, 0, Date.now()).catch(report);
      await Promise.all((due ?? []).map((id) => this.settle(id).catch(report)));
      await sleep(PACE, undefined, { signal }).catch(() => {});
    }
  }

  private async settle(id: string): Promise<void> {
    const { url, hotel } = await this.redis.hgetall(id);
    if (url !== undefined && hotel !== undefined) {
      const room = await this.decide(id, hotel);
      const result = callback<Stay>(url, { signal: this.closing.signal });
      // If nobody waits for it any more, the compensation comes, and gives the room back.
      await (room === null ? result.reject(`there is no room at ${hotel}`) : result.succeed({ room }));
    }
    await this.redis.multi().del(id).zrem(TRAY, id).exec();
  }

  /**
   * A decision is made once, together with its effect, and is the same whenever somebody asks: which is what a barrier
   * is for.
   * @returns the number of the room; `null` if there is none, or nobody wants it any more
   */
  private async decide(id: string, hotel: string): Promise<number | null> {
    const { sagaId, step } = stepOf(id);
    const decision = { sagaId, step: `${step}-decision`, operation: 'action' } as const;
    const { answer } = await this.barrier.guard(decision, async (tx) => {
      await tx.watch(id);
      if ((await this.redis.exists(id)) === 0) return NO;
      try {
        await this.rooms.take(hotel, { sagaId, step }, tx);
      } catch (error) {
        if (isRejected(error)) return NO;
        throw error;
      }
      tx.multi.hset(id, 'decided', 'yes'); // so that whoever is forgetting it right now looks again
      return { answer: { status: 200, body: randomInt(100, 500) }, effects: 'keep' };
    });
    return answer.status === 200 ? Number(answer.body) : null;
  }
}

const NO: Verdict = { answer: { status: 409, body: null }, effects: 'undo' };

const idOf = ({ sagaId, step }: Step): string => `request:${sagaId}/${step}`;

function stepOf(id: string): Step {
  const [, sagaId = '', step = ''] = /^request:(.+)\/(.+)$/.exec(id) ?? [];
  return { sagaId, step };
}
