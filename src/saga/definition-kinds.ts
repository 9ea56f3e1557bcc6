import type { StepKind } from './definition.js';
import type { Order } from './definition-graph.js';
import type { Draft } from './definition-steps.js';

/**
 * Settles how each step stands to the point of no return, and refuses what could not be kept:
 * a saga that has passed its pivot only goes forward, and one that has not must be able to undo all it did.
 *
 * The rules concern steps that have an effect. A timer or a signal has none, so it may stand anywhere.
 */
export function settleKinds(drafts: readonly Draft[], { ancestors, followers }: Order): StepKind[] {
  const pivots = drafts.flatMap((draft, i) => (draft.step.kind === 'pivot' ? [i] : []));
  return drafts.map((draft, i) => {
    const passed = pivots.find((pivot) => ancestors[i]?.has(pivot));
    const beside = pivots.find((pivot) => pivot !== i && !ancestors[i]?.has(pivot) && !followers[i]?.includes(pivot));
    return settleKind(draft, nameOf(drafts, passed), nameOf(drafts, beside));
  });
}

/** @param passed a pivot that is done before the step starts. @param beside a pivot that may succeed while the step runs */
function settleKind(draft: Draft, passed: string | undefined, beside: string | undefined): StepKind {
  const { place, step } = draft;
  const usual = passed === undefined ? 'compensatable' : 'retriable';
  if (draft.type === 'sleep' || draft.type === 'signal') {
    if (step.kind === 'pivot') place.at('kind').refuse('a step without an effect can be no pivot: leave kind out');
    return usual;
  }
  const kind = step.kind ?? usual;
  const spot = step.kind === undefined ? place : place.at('kind');
  if (kind === 'pivot') {
    if (passed !== undefined)
      spot.refuse(`comes after another pivot, ${passed}: make one of them retriable or compensatable`);
    if (step.optional)
      place.at('optional').refuse('a pivot must not fail unnoticed, because nothing after it can be undone');
    if (step.when)
      place
        .at('when')
        .refuse('a pivot must not be left out, because nothing after it can be undone: start another saga');
    if (draft.type === 'call' && draft.step.fallback)
      place.at('fallback').refuse('nothing can stand in for a pivot: it has taken effect, or the saga turns back');
  } else if (kind === 'compensatable' && passed !== undefined) {
    spot.refuse(`runs after the pivot ${passed}, when nothing is undone any more: make it retriable`);
  } else if (kind === 'compensatable' && beside !== undefined) {
    const mend = `make it retriable, or let ${beside} wait for it with after: [${step.name}]`;
    spot.refuse(`can run beside the pivot ${beside}, after which it could not be undone: ${mend}`);
  }
  if (draft.type === 'call') checkCompensation(draft, kind, passed);
  return kind;
}

/** A step after the pivot needs none; one that it has all the same is never called. */
function checkCompensation(draft: Draft & { type: 'call' }, kind: StepKind, passed: string | undefined): void {
  const { place, step } = draft;
  if (passed !== undefined || kind === 'pivot' || 'compensation' in step) return;
  place.refuse('has no compensation: add one, or compensation: none if there is nothing to undo');
}

function nameOf(drafts: readonly Draft[], index: number | undefined): string | undefined {
  return index === undefined ? undefined : drafts[index]?.step.name;
}
