/**
 * What a saga is started by when it is not just a name: a built definition, or one that was stored. It carries the types
 * of the saga's input and output.
 */
export interface DefinitionRef<Input = unknown, Output = unknown> {
  readonly name: string;
  /** Of a stored definition: start exactly this one. Default: the latest. */
  readonly version?: number;
  /** Never there; only tells types. */
  readonly '~types'?: { readonly input: Input; readonly output: Output };
}

/** The type of input that a definition's sagas take; `unknown` if it doesn't tell. */
export type InputOf<Definition> = Definition extends { readonly '~types'?: { readonly input: infer Input } }
  ? Input
  : unknown;

/** The type of output that a definition's sagas give; `unknown` if it doesn't tell. */
export type OutputOf<Definition> = Definition extends { readonly '~types'?: { readonly output: infer Output } }
  ? Output
  : unknown;
