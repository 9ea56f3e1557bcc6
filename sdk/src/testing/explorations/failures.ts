import type { CallStep } from '../../../../src/saga/definition.js';
import { faultAt, type Blow } from '../faults.js';
import type { Play } from '../rehearsal.js';
import type { Explored } from './explored.js';
import { expectGoodEnd } from './judgement.js';

interface Trouble {
  readonly what: string;
  /** The first so many attempts. */
  readonly times: number;
  readonly blow: Blow;
}

const REJECTED: Blow = { kind: 'answered', status: 409, detail: 'rejected by the test' };
const UNREACHABLE: Blow = { kind: 'unreachable' };
const LOST: Blow = { kind: 'silent', takesEffect: false };
const UNHEARD: Blow = { kind: 'silent', takesEffect: true };

/** One kind of trouble at one step per run. */
export async function failEverywhere(play: Play): Promise<Explored> {
  const { run: calm, stage } = await play.rehearse();
  expectGoodEnd(calm, 'When nothing fails');
  let runs = 1;
  for (const { name, steps } of stage.library.definitions) {
    for (const step of steps) {
      if (step.type !== 'call') continue;
      for (const { what, times, blow } of troublesOf(step)) {
        const faults = [faultAt({ definition: name, step }, 'action', times, blow)];
        const { run } = await play.rehearse({ faults });
        expectGoodEnd(run, `When ${name === calm.definition ? '' : `${name}/`}${step.name} ${what}`);
        runs++;
      }
    }
  }
  return { runs };
}

/** What a saga must be able to deal with by itself, wherever the step stands. */
function troublesOf({ kind }: CallStep): readonly Trouble[] {
  const passing: Trouble[] = [
    { what: 'is not reached at first', times: 1, blow: UNREACHABLE },
    { what: 'does not get the first call', times: 1, blow: LOST },
    { what: 'takes effect, and its first answer is lost', times: 1, blow: UNHEARD },
  ];
  // After the pivot the only way is forward: trouble that doesn't pass is an operator's.
  if (kind === 'retriable') return passing;
  const lasting: Trouble[] = [
    { what: 'is rejected', times: Infinity, blow: REJECTED },
    { what: 'is never reached', times: Infinity, blow: UNREACHABLE },
  ];
  // A pivot of which nothing is heard any more is an operator's, too.
  if (kind === 'pivot') return [...lasting, ...passing];
  return [
    ...lasting,
    { what: 'never gets a call', times: Infinity, blow: LOST },
    { what: 'takes effect, and none of its answers is heard', times: Infinity, blow: UNHEARD },
    ...passing,
  ];
}
