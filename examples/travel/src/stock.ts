import { Rejected, type OperationId } from '@skald/sdk';
import type { Redis } from 'ioredis';
import type { Tx } from './service.js';

/** A step of a saga, by which its action and its compensation find what they share. */
export type Step = Pick<OperationId, 'sagaId' | 'step'>;

/** Things of which there is a number: seats of a flight, rooms of a hotel, cars at a station. */
export class Stock {
  constructor(private readonly redis: Redis) {}

  /** Puts so many of each there, unless they are known already. */
  async open(pieces: Readonly<Record<string, number>>): Promise<void> {
    for (const [thing, count] of Object.entries(pieces)) await this.redis.setnx(left(thing), count);
  }

  /**
   * Takes one for a step.
   * @throws {Rejected} if none is left
   */
  async take(thing: string, step: Step, tx: Tx): Promise<void> {
    // If somebody else takes one meanwhile, the commit fails and the handler is run again.
    await tx.watch(left(thing));
    if (Number(await this.redis.get(left(thing))) < 1) {
      throw new Rejected(`nothing is left of ${thing}`, { code: 'sold-out', details: { thing } });
    }
    tx.multi.decr(left(thing)).set(takenBy(step), thing);
  }

  /** Gives back what a step has taken, if it has. */
  async giveBack(step: Step, tx: Tx): Promise<void> {
    // Not by what the action answered: that may never have been heard.
    await tx.watch(takenBy(step));
    const thing = await this.redis.get(takenBy(step));
    if (thing !== null) tx.multi.incr(left(thing)).del(takenBy(step));
  }
}

const left = (thing: string): string => `left:${thing}`;
const takenBy = ({ sagaId, step }: Step): string => `taken:${sagaId}/${step}`;
