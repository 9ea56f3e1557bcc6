import { advance } from './evolve.js';
import type { Fact } from './facts.js';
import { redactedText } from './redaction.js';
import { scopeOf } from './scope.js';
import type { SagaState } from './state.js';
import { MappingError } from './template.js';

/**
 * Fills in what the saga answers with: the one thing about an end that has to be computed.
 * @param facts what was decided; given back as they are unless the saga is done by them
 * @param now epoch ms
 */
export async function withOutput(before: SagaState, facts: readonly Fact[], now: number): Promise<readonly Fact[]> {
  const template = before.definition.output;
  const isEnd = (fact: Fact): boolean =>
    (fact.type === 'saga-completed' && !before.prepared) || fact.type === 'saga-prepared';
  if (!template || !facts.some(isEnd)) return facts;
  const after = facts.reduce((state, fact) => advance(state, fact, now), before);
  try {
    const output = await template.evaluate(scopeOf(after));
    return facts.map((fact) => (isEnd(fact) ? { ...fact, output } : fact));
  } catch (err) {
    // The steps are done and can't be undone for want of a summary: the saga ends with no output, and says why.
    if (!(err instanceof MappingError)) throw err;
    const outputError = redactedText(after, err.message);
    return facts.map((fact) => (isEnd(fact) ? { ...fact, outputError } : fact));
  }
}
