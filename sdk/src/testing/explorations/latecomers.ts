import { isDeepStrictEqual } from 'node:util';
import { verdictOn } from '../../../../src/saga/answer-table.js';
import { isUndoable } from '../../../../src/saga/definition.js';
import { viewOf } from '../../../../src/saga/state.js';
import { faultAt, type Fault } from '../faults.js';
import type { Letter } from '../letters.js';
import type { StepAddress } from '../library.js';
import { effectsIn, type Play, type Rehearsal } from '../rehearsal.js';
import { show } from '../run.js';
import type { Explored } from './explored.js';

/** One action per run that comes after its compensation: for the first time, or once more. */
export async function arriveLate(play: Play): Promise<Explored> {
  const { stage } = await play.rehearse();
  let runs = 1;
  for (const { name, steps } of stage.library.definitions) {
    for (const step of steps) {
      if (step.type !== 'call' || !isUndoable(step)) continue;
      const address = { definition: name, step };
      for (const wasThere of [false, true]) {
        const rehearsal = await play.rehearse({ faults: givenUp(address, wasThere) });
        await arrive(rehearsal, address);
        runs++;
      }
    }
  }
  return { runs };
}

/** Nothing is heard of the action; of its calls the first one arrives, or none. */
function givenUp(address: StepAddress, wasThere: boolean): Fault[] {
  return [
    faultAt(address, 'action', wasThere ? 1 : 0, { kind: 'silent', takesEffect: true }),
    faultAt(address, 'action', Infinity, { kind: 'silent', takesEffect: false }),
  ];
}

async function arrive({ run, orchestrator, stage }: Rehearsal, address: StepAddress): Promise<void> {
  const { post, sagas } = orchestrator;
  const isUndone = ({ sagaId, definition, step, operation }: Letter): boolean =>
    definition === address.definition &&
    step.name === address.step.name &&
    operation === 'action' &&
    viewOf(sagas.get(sagaId)!.state, step.name).is.status === 'compensated';
  // A saga that goes on without the step, or that never came to it, has nothing to undo.
  const letter = post.letters.find(isUndone);
  if (!letter || stage.doors.get(letter.step.participant)!.isStub) return;

  const first = post.firstAnswer(letter);
  const before = await effectsIn(stage.setup);
  const answer = await post.reach(letter, orchestrator.elapsed, 'late: its compensation has been there');
  const after = await effectsIn(stage.setup);

  const who = `${letter.step.participant} let ${letter.step.name} take effect after its compensation`;
  const mend = 'It needs a barrier.';
  if (!isDeepStrictEqual(before, after))
    run.fail(`${who}: the effects went from ${show(before)} to ${show(after)}. ${mend}`);
  const verdict = verdictOn('action', answer.status);
  const isRepeat = first?.status === answer.status && isDeepStrictEqual(first.body, answer.body);
  if ((verdict === 'succeeded' || verdict === 'accepted') && !isRepeat) {
    const expected = first ? 'the answer it had given before, or a no' : 'a no';
    run.fail(`${who}: it answered ${answer.status} ${JSON.stringify(answer.body)} instead of ${expected}. ${mend}`);
  }
}
