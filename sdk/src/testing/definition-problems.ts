import { parseDefinition } from '../../../src/saga/definition-parser.js';
import type { Problem } from '../definition/problem.js';

/**
 * Everything that the server would find wrong with a definition, without a server: fields, order of the steps, pivots,
 * expressions, schemas. What depends on what is stored (participants, child sagas) is not looked at. Never throws on a
 * document.
 *
 * @param document what was built, or read from JSON or YAML
 * @returns empty: it would be accepted
 *
 * @example
 * expect(definitionProblems(order)).toEqual([]);
 */
export function definitionProblems(document: unknown): readonly Problem[] {
  // What would be sent to the server: a builder's object may say what that is by its toJSON.
  const text = JSON.stringify(document) as string | undefined;
  const parsed = parseDefinition(text === undefined ? undefined : (JSON.parse(text) as unknown));
  return 'problems' in parsed ? parsed.problems : [];
}
