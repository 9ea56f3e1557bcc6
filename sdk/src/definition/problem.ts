const DEFINITION_ERROR = Symbol.for('skald.definition-error');

/** One thing that is wrong with a definition or an input. */
export interface Problem {
  /** Where, as an RFC 6901 JSON pointer; `''` is the whole document. */
  readonly pointer: string;
  /** What is wrong and how to mend it, in one sentence without a full stop. */
  readonly detail: string;
  /** In a text: the line, from 1. */
  readonly line?: number;
}

/**
 * A definition that can't work, with everything that was found to be wrong with it. The server finds more, and
 * answers in the same form.
 *
 * @example
 * try {
 *   saga('Order').sleep('wait', '5 minutes').build();
 * } catch (error) {
 *   if (isDefinitionError(error)) error.problems.map(({ pointer }) => pointer); // ['/name', '/steps/0/sleep']
 * }
 */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  /** Stable, and the same as the server's. */
  readonly code = 'invalid-definition';

  constructor(readonly problems: readonly Problem[]) {
    super(`the definition can't work:\n${problems.map((problem) => `  ${sentence(problem)}`).join('\n')}`);
    Object.defineProperty(this, DEFINITION_ERROR, { value: true });
  }
}

/**
 * Whether this is a {@link DefinitionError}, of this or another copy of the SDK.
 *
 * @example
 * if (isDefinitionError(error)) for (const { pointer, detail } of error.problems) console.error(pointer, detail);
 */
export function isDefinitionError(value: unknown): value is DefinitionError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[DEFINITION_ERROR] === true;
}

/** A spot in a document, and the list that its problems go to. */
export class Place {
  constructor(
    private readonly problems: Problem[],
    readonly pointer = '',
  ) {}

  /** The spot below this one. */
  at(key: string | number): Place {
    return new Place(this.problems, `${this.pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }

  /** Notes a problem here. Returns `undefined`, so that a reader can `return place.refuse(…)`. */
  refuse(detail: string): undefined {
    this.problems.push({ pointer: this.pointer, detail });
  }
}

function sentence({ pointer, detail, line }: Problem): string {
  return `${line === undefined ? '' : `line ${line}: `}${pointer === '' ? '' : `${pointer}: `}${detail}`;
}
