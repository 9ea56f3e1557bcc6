import type { Order } from './definition-graph.js';
import type { Draft } from './definition-steps.js';
import { suggestion } from './nearest.js';
import type { Place } from './problems.js';
import type { CompiledTemplate } from './template-compiler.js';

/**
 * Refuses expressions that read a step which does not exist, or whose outcome is not settled when they are evaluated:
 * an action sees the steps before it; a compensation also its own step and those after it; the output sees all.
 */
export function checkReads(
  drafts: readonly Draft[],
  order: Order | undefined,
  output: CompiledTemplate | undefined,
): void {
  const names = drafts.flatMap((draft) => draft.step.name ?? []);
  for (const [i, draft] of drafts.entries()) {
    const before = [...(order?.ancestors[i] ?? [])];
    const around = [...before, i, ...(order?.followers[i] ?? [])];
    const namesOf = (indexes: number[]) => order && new Set(indexes.map((index) => drafts[index]?.step.name));
    for (const template of forward(draft)) check(template, names, namesOf(before), draft.step.name);
    for (const template of backward(draft)) check(template, names, namesOf(around));
  }
  check(output, names);
}

/** What is evaluated when the step starts. */
function forward(draft: Draft): (CompiledTemplate | undefined)[] {
  const { when } = draft.step;
  if (draft.type === 'call') return [when, draft.step.action?.path, draft.step.action?.body];
  return draft.type === 'child' ? [when, draft.step.input] : [when];
}

/** What is evaluated when the step is undone. */
function backward(draft: Draft): (CompiledTemplate | undefined)[] {
  if (draft.type !== 'call' || !draft.step.compensation || draft.step.compensation === 'none') return [];
  return [draft.step.compensation.path, draft.step.compensation.body];
}

function check(
  template: CompiledTemplate | undefined,
  names: readonly string[],
  allowed?: ReadonlySet<string | undefined>,
  reader?: string,
): void {
  for (const { step, place } of template?.reads ?? []) {
    if (!names.includes(step)) {
      refuseUnknown(step, names, place);
    } else if (step === reader) {
      place.refuse(`reads steps.${step}, its own output, before there is any: leave it out`);
    } else if (allowed && !allowed.has(step)) {
      place.refuse(`reads steps.${step}, which may not be done by then: add ${step} to after`);
    }
  }
}

function refuseUnknown(step: string, names: readonly string[], place: Place): void {
  // `steps.cool-off` is a subtraction to JSONata.
  const hyphenated = names.find((name) => name.startsWith(`${step}-`));
  const mend = hyphenated === undefined ? suggestion(step, names) : `: write steps.\`${hyphenated}\` in backquotes`;
  place.refuse(`reads steps.${step}, but no step is called that${mend}`);
}
