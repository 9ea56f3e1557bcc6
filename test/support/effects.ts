import type { Effect } from './participant-process.js';
import type { Plan } from './plan.js';

export interface Wrong {
  readonly invariant: 'I2' | 'I3' | 'I4' | 'I5' | 'I6';
  readonly message: string;
}

/** What is wrong with the effects of one saga, by invariants I2 to I6. */
export function judgeEffects(status: string, plan: Plan, effects: readonly Effect[]): Wrong[] {
  const found: Wrong[] = [];
  const report = (invariant: Wrong['invariant'], message: string) => found.push({ invariant, message });
  const first = (step: string, ...outcomes: Effect['outcome'][]) =>
    effects.find((effect) => effect.step === step && outcomes.includes(effect.outcome));

  for (const [what, times] of countEffects(effects)) if (times > 1) report('I6', `${what} ${times} times`);

  for (const { name, isPivot, isUndoable, followers } of plan.steps) {
    const applied = first(name, 'applied');
    const settled = first(name, 'undone', 'nothing-to-undo');
    const lastApplied = effects.findLast((effect) => effect.step === name && effect.outcome === 'applied');

    if (status === 'completed' && !applied) report('I2', `completed without ${name}`);
    if (status === 'completed' && settled) report('I2', `completed, but ${name} was compensated`);
    if (status === 'compensated' && applied && isUndoable && !first(name, 'undone')) {
      report('I2', `compensated, but ${name} still stands`);
    }
    if (lastApplied && settled && lastApplied.n > settled.n) report('I3', `${name} took effect after its compensation`);
    for (const follower of followers) {
      const later = first(follower, 'undone', 'nothing-to-undo');
      const stillStands = !later && first(follower, 'applied') && isUndoableIn(plan, follower);
      if (settled && (stillStands || (later && later.n > settled.n))) {
        report('I4', `${name} was compensated before ${follower}, which ran after it`);
      }
    }
    if (isPivot && applied && !first(name, 'undone')) {
      if (status === 'compensated') report('I5', `compensated, but the pivot ${name} stands`);
      const undone = effects.filter((effect) => effect.outcome === 'undone').map((effect) => effect.step);
      if (undone.length > 0) report('I5', `the pivot ${name} stands, but ${undone.join(', ')} was compensated`);
    }
  }
  return found;
}

function countEffects(effects: readonly Effect[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { step, outcome } of effects) {
    if (outcome !== 'applied' && outcome !== 'undone') continue;
    const what = `${step} was ${outcome}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

const isUndoableIn = (plan: Plan, name: string): boolean =>
  plan.steps.some((step) => step.name === name && step.isUndoable);
