/** An error, as RFC 9457 has it. */
export class ProblemDto {
  /** A URN that names the kind of problem. */
  type: string;
  title: string;
  status: number;
  /** This occurrence, and how to mend it. */
  detail: string;
  /** Stable, kebab-case. */
  code: string;
  /** What is wrong with the request, one by one. */
  errors?: FieldProblemDto[];
}

export class FieldProblemDto {
  /** JSON pointer into the body (RFC 6901); empty: the body as a whole. */
  pointer: string;
  detail: string;
}
