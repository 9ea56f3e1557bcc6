import { STATUS_CODES } from 'node:http';
import { verdictOn } from '../../../src/saga/answer-table.js';
import type { Operation } from '../../../src/saga/definition.js';
import type { Reply } from '../../../src/saga/reply.js';
import { readRetryAfter } from '../../../src/saga/retry-after.js';
import { stepError } from '../../../src/saga/step-error.js';
import type { TestAnswer } from './participants.js';

/**
 * Reads an answer by the table that the server reads it by.
 * @param now epoch ms
 */
export function replyIn(operation: Operation, answer: TestAnswer, now: number): Reply {
  const { status, headers, body } = answer;
  const error = stepError(`http-${status}`, saidIn(answer));
  switch (verdictOn(operation, status)) {
    case 'succeeded': {
      if (status >= 300) return { kind: 'succeeded', output: null };
      if (body !== undefined) return { kind: 'succeeded', output: body };
      const unreadable = stepError('unreadable-answer', "the answer can't be read: it is not JSON");
      return { kind: 'failed', effect: 'in-doubt', error: unreadable };
    }
    case 'accepted':
      return { kind: 'accepted' };
    case 'rejected':
      return { kind: 'rejected', error };
    case 'retry':
    case 'in-doubt': {
      const effect = verdictOn(operation, status) === 'retry' ? 'none' : 'in-doubt';
      const retryAfter = readRetryAfter(headers['retry-after'], now);
      return { kind: 'failed', effect, error, ...(retryAfter !== undefined && { retryAfter }) };
    }
  }
}

function saidIn({ status, body }: TestAnswer): string {
  const { detail, title } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const said = [detail, title].find((text) => typeof text === 'string' && text !== '');
  return typeof said === 'string' ? said : `answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
}
