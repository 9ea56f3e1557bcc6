import type { Operation } from '../saga/definition.js';
import type { Reply, StepError } from '../saga/reply.js';
import { stepError } from '../saga/step-error.js';
import { messageIn } from './error-message.js';
import { readOutput } from './output.js';
import type { AnswerOverrides, Verdict } from './participant.js';
import { readRetryAfter } from './retry-after.js';

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

/**
 * Reads an answer by the table of contract §3. Pure.
 * @param now epoch ms, for a `Retry-After` that is a date
 */
export function readAnswer(operation: Operation, answer: Answer, overrides: AnswerOverrides, now: number): Reply {
  switch (verdictOn(operation, answer.status, overrides)) {
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

function verdictOn(operation: Operation, status: number, overrides: AnswerOverrides): Verdict {
  // Whatever a participant's policy says of 2xx: what comes by callback is awaited.
  if (status === 202) return 'accepted';
  const own = overrides[operation];
  return own[status] ?? own[`${Math.floor(status / 100)}xx`] ?? verdictOfTable(operation, status);
}

function verdictOfTable(operation: Operation, status: number): Verdict {
  if (isSuccess(status)) return 'succeeded';
  switch (status) {
    case 401:
    case 403:
    case 407:
    case 425:
    case 429:
      return 'retry';
    // "See other" is how a form post answers that it was done.
    case 303:
    case 408:
      return 'in-doubt';
    case 404:
    case 410:
      return operation === 'action' ? 'rejected' : 'succeeded';
  }
  return status >= 300 && status < 500 ? 'rejected' : 'in-doubt';
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
