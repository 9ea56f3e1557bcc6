import { isDeepStrictEqual } from 'node:util';
import { SagaTestSetupError } from '../test-errors.js';
import type { Play, Rehearsal } from '../rehearsal.js';
import { residueOf, show, type Run } from '../run.js';

/**
 * Many runs can only be compared if each finds the participants as the first did.
 * @throws {SagaTestSetupError}
 */
export function requireFreshSurroundings({ surroundings }: Play): void {
  if (typeof surroundings === 'function' || !surroundings.effects) return;
  throw new SagaTestSetupError("the effects of several runs can't be compared:", [
    'give the setup as a function that makes new participants for each run: sagaTest(definition, () => ({ … }))',
  ]);
}

/** Expects that a disturbance changed nothing that counts. */
export function expectSameEnd(calm: Run, { run, orchestrator }: Rehearsal, disturbance: string): void {
  const [contradiction] = orchestrator.post.contradictions;
  if (contradiction !== undefined) run.fail(`${disturbance}: ${contradiction}. An operation must be idempotent.`);
  if (run.status !== calm.status && !isPivotInDoubt(run)) {
    run.fail(`${disturbance}: the saga is ${run.status}, but undisturbed it was ${calm.status}.`);
  }
  if (calm.status !== run.status || !calm.effects || !run.effects) return;
  if (!isDeepStrictEqual(calm.effects.after, run.effects.after)) {
    const [before, after] = [show(calm.effects.after), show(run.effects.after)];
    run.fail(`${disturbance}: the effects are ${after}, but undisturbed they were ${before}.`);
  }
}

/** When a pivot's answer is lost and it can't be reached any more, nobody may guess: an operator has to look. */
function isPivotInDoubt(run: Run): boolean {
  return [run, ...run.children].some(
    ({ status, steps }) => status === 'stuck' && steps.some(({ error }) => error?.code === 'pivot-in-doubt'),
  );
}

/** Expects that a saga which met trouble has come to a good end, with nothing left in force if it was undone. */
export function expectGoodEnd(run: Run, trouble: string): void {
  if (run.status !== 'completed' && run.status !== 'compensated') {
    run.fail(`${trouble}: expected the saga to be completed or compensated, but it is ${run.status}.`);
  }
  const residue = residueOf(run);
  if (residue !== null) run.fail(`${trouble}: ${residue}.`);
}
