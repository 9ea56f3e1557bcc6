import { verdictOn, type Verdict } from '../saga/answer-table.js';
import type { Operation } from '../saga/definition.js';
import type { Reply, StepError } from '../saga/reply.js';
import { readRetryAfter } from '../saga/retry-after.js';
import { stepError } from '../saga/step-error.js';
import { messageIn } from './error-message.js';
import { readOutput } from './output.js';
import type { AnswerOverrides } from './participant.js';
import type { Answer } from './answer.js';

/**
 * Reads an answer by the table of contract §3. Pure.
 * @param now epoch ms, for a `Retry-After` that is a date
 */
export function readAnswer(operation: Operation, answer: Answer, overrides: AnswerOverrides, now: number): Reply {
  switch (verdictIn(overrides, operation, answer.status)) {
    case 'succeeded':
      return isSuccess(answer.status) ? readSuccess(answer) : { kind: 'succeeded', output: null };
    case 'accepted':
      return { kind: 'accepted' };
    case 'rejected':
      return { kind: 'rejected', error: errorOf(answer) };
    case 'retry':
      return failed('none', answer, now);
    case 'in-doubt':
      return failed('in-doubt', answer, now);
  }
}

function verdictIn(overrides: AnswerOverrides, operation: Operation, status: number): Verdict {
  // Whatever a participant's policy says of 2xx: what comes by callback is awaited.
  if (status === 202) return 'accepted';
  const own = overrides[operation];
  return own[status] ?? own[`${Math.floor(status / 100)}xx`] ?? verdictOn(operation, status);
}

/** Whatever came with it, only a body that was understood lets an action count as done. */
function readSuccess({ body, headers, isCut }: Answer): Reply {
  const read = isCut ? OVERSIZED : readOutput(body, headers);
  return 'output' in read
    ? { kind: 'succeeded', output: read.output }
    : { kind: 'failed', effect: 'in-doubt', error: stepError(read.code, read.message) };
}

const OVERSIZED = { code: 'oversized-answer', message: "the answer is longer than the participant's maxResponseBytes" };

function failed(effect: 'none' | 'in-doubt', answer: Answer, now: number): Reply {
  const error = errorOf(answer);
  const retryAfter = readRetryAfter(answer.headers['retry-after'], now);
  return retryAfter === undefined ? { kind: 'failed', effect, error } : { kind: 'failed', effect, error, retryAfter };
}

function errorOf(answer: Answer): StepError {
  const isRedirect = answer.status >= 300 && answer.status < 400;
  return stepError(isRedirect ? 'redirect-refused' : `http-${answer.status}`, messageIn(answer));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
