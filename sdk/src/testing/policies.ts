import type { RetryPolicy } from '../../../src/saga/backoff.js';
import { retry } from '../../../src/saga/definition-readings.js';
import type { Operation } from '../../../src/saga/definition.js';
import { parseDuration } from '../../../src/saga/durations.js';
import { Place, type Problem } from '../../../src/saga/problems.js';
import type { ParticipantPolicy } from '../client/participant-policy.js';
import { SagaTestSetupError } from './test-errors.js';

/**
 * What a participant's policy on the server says of retries and time-outs. A definition's own word goes before it. The
 * rest of a policy (breaker, limits, load balancing) is about many sagas at once, and has no part in a test of one.
 */
export type TestPolicy = Pick<ParticipantPolicy, 'timeout' | 'retry' | 'compensationRetry'>;

/** A policy, read: retries by operation, and the total time of an attempt in ms. */
export type Patience = { readonly [O in Operation]: Partial<RetryPolicy> } & { readonly timeout: number | undefined };

/** @throws {SagaTestSetupError} with everything that is wrong with it */
export function readPolicy(
  name: string,
  { timeout, retry: ofActions = {}, compensationRetry = {} }: TestPolicy,
): Patience {
  const problems: Problem[] = [];
  const place = new Place(problems);
  const { budget: _shared, ...ofAction } = ofActions;
  const patience = {
    action: retry(ofAction, place.at('retry')) ?? {},
    compensation: retry(compensationRetry, place.at('compensationRetry')) ?? {},
    timeout: timeout?.total === undefined ? undefined : (parseDuration(timeout.total) ?? undefined),
  };
  if (timeout?.total !== undefined && patience.timeout === undefined) {
    place.at('timeout').at('total').refuse('must be a duration such as 5s');
  }
  if (problems.length === 0) return patience;
  const details = problems.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  throw new SagaTestSetupError(`the policy of ${name} can't work:`, details);
}
