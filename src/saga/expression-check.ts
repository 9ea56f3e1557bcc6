import { repetitionProblem } from './bounded-regexp.js';
import { partsOf, topPathsOf, type SyntaxNode } from './expression-syntax.js';
import { suggestion } from './nearest.js';

/** What would make two evaluations of one expression differ, or run text that nobody has checked. */
const REFUSED = new Map([
  ['random', 'the same saga must always compute the same value: take it from the input'],
  ['shuffle', 'the same saga must always compute the same value: use $sort'],
  ['eval', 'it would run text that was not checked: write the expression itself'],
]);

/** What an expression can see. */
const ROOTS = ['input', 'steps', 'saga'];
const SAGA_FIELDS = ['id', 'name', 'startedAt'];
const STEP_FIELDS = ['output', 'status'];

/** Everything in a well-formed expression that can't work, or must not. */
export function* problemsOf(tree: SyntaxNode): Generator<string> {
  for (const part of partsOf(tree)) {
    const name = part['type'] === 'variable' ? String(part['value']) : '';
    const reason = REFUSED.get(name);
    if (reason) yield `$${name} is not available, because ${reason}`;
    if (part instanceof RegExp) {
      const problem = repetitionProblem(part.source);
      if (problem) yield `/${part.source}/: ${problem}`;
    }
  }
  for (const path of topPathsOf(tree)) yield* pathProblems(path);
}

function* pathProblems([root, second, third]: readonly string[]): Generator<string> {
  if (root === undefined) return;
  if (!ROOTS.includes(root)) {
    yield `nothing is called ${root} here${suggestion(root, ROOTS) || `: start with ${ROOTS.join(', ')}`}`;
  } else if (root === 'saga' && second !== undefined && !SAGA_FIELDS.includes(second)) {
    yield `saga has no ${second}${suggestion(second, SAGA_FIELDS) || `, only ${SAGA_FIELDS.join(', ')}`}`;
  } else if (root === 'steps' && third !== undefined && !STEP_FIELDS.includes(third)) {
    yield `a step has no ${third}${suggestion(third, STEP_FIELDS) || `: write steps.${second}.output.${third}`}`;
  }
}

/** The steps that the expression reads by a plain path, each once. */
export function stepsReadBy(tree: SyntaxNode): string[] {
  const names = new Set<string>();
  for (const [root, name] of topPathsOf(tree)) if (root === 'steps' && name !== undefined) names.add(name);
  return [...names];
}
