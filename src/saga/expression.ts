import { problemsOf, stepsReadBy } from './expression-check.js';
import { compileJsonata, describeFailure, type JsonataExpression } from './expression-jsonata.js';
import { UNSURE } from './expression-scalars.js';
import { compileShortcut } from './expression-shortcut.js';
import type { Scope } from './template.js';

/** The longest expression, in characters. */
export const MAX_EXPRESSION = 8_192;

/** JSONata's parser copies what stands before each `??` and `?:`, so that nested ones double its work each time. */
const MAX_DEFAULTS = 16;

/** The text between `{%` and `%}`, compiled. */
export interface Expression {
  /** Names of the steps it reads by plain paths. */
  readonly reads: readonly string[];
  /** Whatever JSONata yields: at once where that is possible, else as a promise. May fail with a `MappingError`. */
  evaluate(scope: Scope): unknown;
}

/** The inside of a string that is an expression as a whole, or `null` when it is plain text. */
export function expressionIn(text: string): string | null {
  const trimmed = text.trim();
  return trimmed.length >= 4 && trimmed.startsWith('{%') && trimmed.endsWith('%}') ? trimmed.slice(2, -2).trim() : null;
}

/** Compiles an expression. What is wrong with it goes to `refuse`, and then the result, if any, must not be evaluated. */
export function compileExpression(source: string, refuse: (detail: string) => void): Expression | undefined {
  if (source.length > MAX_EXPRESSION) {
    refuse(`the expression is longer than ${MAX_EXPRESSION} characters: let a participant compute this`);
    return undefined;
  }
  if ((source.match(/\?[?:]/g) ?? []).length > MAX_DEFAULTS) {
    refuse(`the expression has more than ${MAX_DEFAULTS} ?? or ?: operators: let a participant compute this`);
    return undefined;
  }
  let compiled: JsonataExpression;
  try {
    compiled = compileJsonata(source);
  } catch (error) {
    refuse(`the expression does not compile: ${describeFailure(error)}`);
    return undefined;
  }
  for (const problem of problemsOf(compiled.tree)) refuse(`the expression is refused: ${problem}`);

  const shortcut = compileShortcut(compiled.tree);
  return {
    reads: stepsReadBy(compiled.tree),
    evaluate(scope) {
      if (!shortcut) return compiled.run(scope);
      try {
        return shortcut(scope);
      } catch (error) {
        if (error === UNSURE) return compiled.run(scope);
        throw error;
      }
    },
  };
}
