import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import type { Answer } from '../../src/barrier/barrier.js';
import type { Operation } from '../../src/participant/call.js';
import { groupBy } from '../../../test/support/group-by.js';
import { Gate } from './gate.js';
import { newSaga, no, operationOf, yes, type Entry, type Hand, type Instance, type Stage } from './stage.js';

/** How the work of a call ends. `cut`: its connection breaks after the effect. */
type Ending = 'yes' | 'no' | 'throw' | 'cut';

/** One call of the action or of the compensation of one step. */
interface PlannedCall {
  readonly operation: Operation;
  /** Which of the two connections it comes by. */
  readonly via: 0 | 1;
  readonly ending: Ending;
  /** Where the work stops, until it is let go. */
  readonly stop: 'before-effect' | 'after-effect';
  /** Whether its answer is heard; a call whose answer is lost has to be made again. */
  readonly isHeard: boolean;
}

/** Some calls of one step, and the order in which they set out (`start`) and their works go on (`go`). */
interface Interleaving {
  readonly calls: readonly PlannedCall[];
  readonly moves: readonly { readonly call: number; readonly what: 'start' | 'go'; readonly breaths: number }[];
}

const endings = fc.oneof<fc.WeightedArbitrary<Ending>[]>(
  { weight: 20, arbitrary: fc.constant('yes') },
  { weight: 4, arbitrary: fc.constant('no') },
  { weight: 4, arbitrary: fc.constant('throw') },
  { weight: 1, arbitrary: fc.constant('cut') },
);

const calls = fc.array(
  fc.record<PlannedCall>({
    operation: fc.constantFrom('action', 'compensation'),
    via: fc.constantFrom(0, 1),
    ending: endings,
    stop: fc.constantFrom('before-effect', 'after-effect'),
    isHeard: fc.boolean(),
  }),
  { minLength: 2, maxLength: 4 },
);

export const interleavings: fc.Arbitrary<Interleaving> = calls.chain((planned) => {
  const moves = planned.flatMap((_, call) => [{ call, what: 'start' } as const, { call, what: 'go' } as const]);
  const shuffled = fc.shuffledSubarray(moves, { minLength: moves.length });
  const breaths = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: moves.length, maxLength: moves.length });
  return fc
    .tuple(shuffled, breaths)
    .map(([order, pauses]) => ({ calls: planned, moves: order.map((move, i) => ({ ...move, breaths: pauses[i]! })) }));
});

/** What was heard of one saga, and what its ledger says. */
export interface Story {
  readonly sagaId: string;
  readonly interleaving: Interleaving;
  readonly heard: readonly { readonly operation: Operation; readonly answer: Answer }[];
  readonly entries: readonly Entry[];
}

/**
 * Plays interleavings with real connections, some of them at the same time, each between two processes.
 * @param lanes how many at the same time
 */
export async function play(stage: Stage, plans: readonly Interleaving[], lanes = 8): Promise<readonly Story[]> {
  const told: Omit<Story, 'entries'>[] = [];
  const waiting = plans.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      const pair = [await stage.instance({ connections: 1 }), await stage.instance({ connections: 1 })] as const;
      for (const plan of waiting) told.push(await playOne(stage, pair, plan));
      await Promise.all(pair.map((instance) => instance.close()));
    }),
  );
  const entries = groupBy(await stage.ledger(), ({ sagaId }) => sagaId);
  return told.map((story) => ({ ...story, entries: entries.get(story.sagaId) ?? [] }));
}

async function playOne(
  stage: Stage,
  pair: readonly [Instance, Instance],
  interleaving: Interleaving,
): Promise<Omit<Story, 'entries'>> {
  const sagaId = newSaga();
  const heard: { operation: Operation; answer: Answer }[] = [];
  const call = async (operation: Operation, via: 0 | 1, isHeard: boolean, work: Parameters<Instance['guard']>[1]) => {
    const { answer } = await pair[via].guard(operationOf(sagaId, operation), work);
    if (isHeard) heard.push({ operation, answer });
  };

  const gates = interleaving.calls.map(() => new Gate());
  const ends: Promise<void>[] = [];
  for (const { call: index, what, breaths } of interleaving.moves) {
    const planned = interleaving.calls[index]!;
    if (what === 'go') gates[index]!.open();
    else {
      const work = workOf(planned, index, gates[index]!.opened);
      ends.push(call(planned.operation, planned.via, planned.isHeard, work).catch(() => {}));
    }
    for (let i = 0; i < breaths; i++) await stage.breath();
  }
  await Promise.all(ends);

  // Like Skald, go on until each operation has an answer.
  for (const operation of new Set(interleaving.calls.map((planned) => planned.operation))) {
    while (!heard.some((answer) => answer.operation === operation)) {
      const via = randomInt(2) as 0 | 1;
      await call(operation, via, true, workOf({ ending: 'yes', stop: 'before-effect' }, -1)).catch(() => {});
    }
  }
  return { sagaId, interleaving, heard };
}

function workOf({ ending, stop }: Pick<PlannedCall, 'ending' | 'stop'>, mark: number, gate?: Promise<void>) {
  return async (hand: Hand) => {
    if (stop === 'before-effect') await gate;
    await hand.enter();
    if (stop === 'after-effect') await gate;
    if (ending === 'cut') await hand.cut();
    if (ending === 'throw') throw new Error('thrown by the work');
    return ending === 'no' ? no(mark) : yes(mark);
  };
}
