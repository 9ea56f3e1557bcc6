import { isConnectionError, isDefinitionError, isProblem } from '@skald/sdk';

/** What the exit code of the command says. Scripts build on these: they never change their meaning. */
export const EXIT = {
  ok: 0,
  /** Something failed, or a check found fault. */
  failed: 1,
  /** The command was not understood, or the server could not read what it was sent. */
  usage: 2,
  notFound: 3,
  /** The server understood and said no: 409, 412, 422. */
  refused: 4,
  /** 401, 403. */
  notAllowed: 5,
  /** No answer, or one that says "later": 429, 502, 503, 504. */
  unavailable: 6,
  /** Of `start --wait` and `watch`: the saga was undone. */
  compensated: 10,
  /** Of `start --wait` and `watch`: the saga needs an operator. */
  stuck: 11,
} as const;

/** Ends the command with a sentence and an exit code. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/** The command line itself is wrong. */
export class UsageFailure extends Failure {
  constructor(message: string) {
    super(message, EXIT.usage);
  }
}

const BY_STATUS: Readonly<Record<number, number>> = {
  400: EXIT.usage,
  401: EXIT.notAllowed,
  403: EXIT.notAllowed,
  404: EXIT.notFound,
  409: EXIT.refused,
  412: EXIT.refused,
  422: EXIT.refused,
  429: EXIT.unavailable,
  502: EXIT.unavailable,
  503: EXIT.unavailable,
  504: EXIT.unavailable,
};

/** The exit code that an error stands for. */
export function exitCodeOf(err: unknown): number {
  if (err instanceof Failure) return err.exitCode;
  if (isProblem(err)) return BY_STATUS[err.status] ?? EXIT.failed;
  if (isConnectionError(err)) return EXIT.unavailable;
  // The SDK speaks so of options that can't be used.
  return err instanceof TypeError ? EXIT.usage : EXIT.failed;
}

/** What to tell of an error: a sentence, and one line for each thing that is wrong. None holds a key. */
export function linesOf(err: unknown): readonly string[] {
  if (isProblem(err)) {
    const places = err.errors.map(({ pointer, detail }) => `  ${pointer === '' ? 'the whole' : pointer}: ${detail}`);
    return [`${err.detail} (${err.status} ${err.code})`, ...places];
  }
  if (isDefinitionError(err)) return err.message.split('\n');
  return [err instanceof Error ? err.message : String(err)];
}
