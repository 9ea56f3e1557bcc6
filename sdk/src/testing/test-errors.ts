/** The test can't be run as it was written: a definition, a participant, a step or an input is wrong. */
export class SagaTestSetupError extends Error {
  override readonly name = 'SagaTestSetupError';
  readonly code = 'bad-saga-test';

  /** @param problems all there are, one sentence each */
  constructor(
    summary: string,
    readonly problems: readonly string[],
  ) {
    super([summary, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

/** A saga did not do what was expected of it. The message ends with all that happened. */
export class SagaExpectationError extends Error {
  override readonly name = 'SagaExpectationError';
  readonly code = 'saga-expectation-failed';

  constructor(expectation: string, timeline: string) {
    super(`${expectation}\n\n${timeline}\n`);
  }
}
