import type { Reply } from '../../saga/reply.js';

/** How a call ended as its participant's health goes. `unsent`: it says nothing, for nothing was sent. */
export type Outcome = 'success' | 'failure' | 'unsent';

/** A reply of ours, made before anything was sent. */
export function isOurs(code: string): boolean {
  return code === 'target-refused' || code === 'invalid-path' || code === 'signing-secret-missing';
}

/** "Slow down" and "too early" come from a participant that is well; the limits and the back-off heed them. */
export function isBackPressure(code: string): boolean {
  return code === 'http-429' || code === 'http-425';
}

/**
 * Whether a reply counts as a failure of the participant. A business no is a success: it was asked, and it answered.
 * So is back-pressure, or a participant that limits its callers could never be found well again.
 */
export function outcomeOf(reply: Reply): Outcome {
  switch (reply.kind) {
    case 'succeeded':
    case 'accepted':
      return 'success';
    case 'rejected':
      return isOurs(reply.error.code) ? 'unsent' : 'success';
    case 'failed':
      if (isOurs(reply.error.code)) return 'unsent';
      return isBackPressure(reply.error.code) ? 'success' : 'failure';
    case 'refused':
    case 'degraded':
      return 'unsent';
  }
}
