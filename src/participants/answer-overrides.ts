import type { Verdict } from '../saga/answer-table.js';
import type { Operation } from '../saga/definition.js';
import { suggestion } from '../saga/nearest.js';
import type { Place } from '../saga/problems.js';
import type { AnswerOverrides } from './participant.js';
import { isRecord, record, type Reading } from './readings.js';

/** What an answer may be made to mean, in the words of each operation. */
const WORDS: { readonly [O in Operation]: { readonly [word: string]: Verdict } } = {
  action: {
    succeeded: 'succeeded',
    rejected: 'rejected',
    retry: 'retry',
    'in-doubt': 'in-doubt',
  },
  compensation: {
    compensated: 'succeeded',
    stuck: 'rejected',
    retry: 'retry',
  },
};

const STATUS = /^([2345]\d\d|[2345]xx)$/;

/**
 * Reads `answers: { action: { "409": retry }, compensation: { 4xx: compensated } }`: rows that replace those of the
 * answer table. Words: `succeeded`, `rejected`, `retry` (known to have had no effect) and `in-doubt` for an action;
 * `compensated`, `stuck` and `retry` for a compensation. 202 can't be replaced: what comes by callback is awaited.
 */
export const answerOverrides: Reading<Partial<AnswerOverrides>> = record<Partial<AnswerOverrides>>({
  action: rows('action'),
  compensation: rows('compensation'),
});

function rows(operation: Operation): Reading<AnswerOverrides[Operation]> {
  return (value, place) => {
    if (!isRecord(value)) return place.refuse('must be an object such as { "409": retry }');
    const read: { [status: string]: Verdict } = {};
    for (const [status, word] of Object.entries(value)) {
      const verdict = row(operation, status, word, place.at(status));
      if (verdict) read[status] = verdict;
    }
    return read;
  };
}

function row(operation: Operation, status: string, word: unknown, place: Place): Verdict | undefined {
  if (!STATUS.test(status)) return place.refuse('must be a status from 200 to 599 or a class such as 4xx');
  if (status === '202') return place.refuse("can't be replaced: 202 means that the result comes by callback");
  const words = WORDS[operation];
  if (typeof word === 'string' && Object.hasOwn(words, word)) return words[word];
  const known = Object.keys(words);
  return place.refuse(`must be one of ${known.join(', ')}${suggestion(String(word), known)}`);
}
