import type { DefinitionRef } from './definition-ref.js';

/** A definition as Skald keeps it: the document as it was given, and what the server adds. */
export interface StoredDefinition<Input = unknown, Output = unknown> extends DefinitionRef<Input, Output> {
  readonly name: string;
  /** 1, 2, 3 … A version never changes. */
  readonly version: number;
  /** Instant. */
  readonly createdAt: string;
  /** Of {@link Definitions.put}: what will not work yet, such as participants that are not known. */
  readonly warnings?: readonly DefinitionWarning[];
  /** Path on the server. */
  readonly links: { readonly self: string };
  /** The document: `description`, `steps` … */
  readonly [field: string]: unknown;
}

/** Something about a definition that will not work yet. */
export interface DefinitionWarning {
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly detail: string;
}
