/** What a participant answered. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** As much as was read. */
  readonly body: Buffer;
  /** The body was longer than the bound. */
  readonly isCut: boolean;
}

/** By lower-case name. */
export interface AnswerHeaders {
  readonly [name: string]: string | string[] | undefined;
}
