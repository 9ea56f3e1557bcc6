import type { Order } from '../chance.js';
import type { Play } from '../rehearsal.js';
import { SagaTestSetupError } from '../test-errors.js';
import type { Explored } from './explored.js';
import { expectSameEnd, requireFreshSurroundings } from './judgement.js';

/** Follows a path of choices as far as it goes, and takes the first that offers itself from there on. */
class Path implements Order {
  private readonly choices: { readonly picked: number; readonly of: number }[] = [];

  constructor(private readonly given: readonly number[]) {}

  pick(count: number): number {
    const picked = this.given[this.choices.length] ?? 0;
    this.choices.push({ picked, of: count });
    return picked;
  }

  /** The path beside this one that has not been gone yet: depth first. `null`: this was the last. */
  next(): readonly number[] | null {
    const turn = this.choices.findLastIndex(({ picked, of }) => picked + 1 < of);
    if (turn < 0) return null;
    return [...this.choices.slice(0, turn).map(({ picked }) => picked), this.choices[turn]!.picked + 1];
  }
}

export async function tryEveryOrder(play: Play, atMost: number): Promise<Explored> {
  requireFreshSurroundings(play);
  const first = new Path([]);
  const calm = await play.rehearse({ order: first });
  let runs = 1;
  for (let path = first.next(); path; runs++) {
    if (runs >= atMost) {
      throw new SagaTestSetupError(`${calm.run.definition} has too many orders:`, [
        `there are more than ${atMost}; let everyOrder have more ({ atMost }), or use order: 'shuffled' with several seeds`,
      ]);
    }
    const order = new Path(path);
    expectSameEnd(calm.run, await play.rehearse({ order }), 'When parallel calls are carried out in another order');
    path = order.next();
  }
  return { runs };
}
