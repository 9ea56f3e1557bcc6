import type { Operation } from './definition.js';

/** What an answer of a participant means for the operation that it was asked to carry out. */
export type Verdict = 'succeeded' | 'accepted' | 'rejected' | 'retry' | 'in-doubt';

/**
 * The answer table of contract §3, by HTTP status. A participant's policy may replace rows.
 * A status is all there is to see here: whoever lets an action count as done has to understand its body as well.
 */
export function verdictOn(operation: Operation, status: number): Verdict {
  if (status === 202) return 'accepted';
  if (status >= 200 && status < 300) return 'succeeded';
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
