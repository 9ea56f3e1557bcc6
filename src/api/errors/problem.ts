/** One thing that is wrong with a request: where, and how to mend it. */
export interface FieldProblem {
  /** JSON pointer into the body (RFC 6901); empty: the body as a whole. */
  readonly pointer: string;
  readonly detail: string;
}

/** An answer that says no, as RFC 9457 has it. Thrown anywhere in the API. */
export class Problem extends Error {
  /**
   * @param code stable, kebab-case
   * @param title what kind of problem it is
   * @param detail this one occurrence, and how to mend it
   */
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly more: {
      readonly errors?: readonly FieldProblem[];
      /** In seconds. */
      readonly retryAfter?: number;
      readonly [extension: string]: unknown;
    } = {},
  ) {
    super(detail);
  }
}

/** The body of `application/problem+json`. */
export function bodyOf({ status, code, title, detail, more }: Problem): object {
  const { retryAfter: _, ...extensions } = more;
  return { type: `urn:skald:problem:${code}`, title, status, detail, code, ...extensions };
}

export function invalid(errors: readonly FieldProblem[], code = 'invalid-request', detail?: string): Problem {
  const summary =
    detail ??
    errors
      .map((e) => `${e.pointer || 'the body'}: ${e.detail}`)
      .join('; ')
      .slice(0, 1_000);
  return new Problem(422, code, 'The request can not be used as it is', summary, { errors });
}
