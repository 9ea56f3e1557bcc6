import type { Json } from './json.js';

/** What an expression can see: `input`, `steps.<name>.output`, `steps.<name>.status`, `saga.id`, `saga.name`, `saga.startedAt`. */
export interface Scope {
  readonly input: Json;
  readonly steps: { readonly [name: string]: { readonly output: Json; readonly status: string } };
  readonly saga: { readonly id: string; readonly name: string; readonly startedAt: string };
}

/**
 * A JSON value in which any string of the form `{% … %}` is a JSONata expression.
 * Compiled when the definition is parsed; bounded in time and depth when evaluated.
 */
export interface Template {
  readonly source: Json;
  /** Throws {@link MappingError} when an expression fails, yields nothing JSON, or passes its bounds. */
  evaluate(scope: Scope): Json | Promise<Json>;
}

/** An expression of a definition could not be evaluated. Business data, not a fault: the same input fails again. */
export class MappingError extends Error {
  readonly code = 'mapping-error';
}
