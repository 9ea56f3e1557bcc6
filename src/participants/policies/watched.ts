import type { Reply } from '../../saga/reply.js';
import type { Send } from '../chain.js';
import type { ParticipantCall } from '../participant-call.js';
import { outcomeOf, type Outcome } from './outcome.js';

/** Hears how a call ended, after `duration` ms. */
export interface Watcher {
  ended(outcome: Outcome, duration: number, now: number): void;
}

/** Passes a call on and tells the watcher how it ended, also when passing it on has thrown. */
export async function watched(
  watcher: Watcher,
  clock: () => number,
  call: ParticipantCall,
  next: Send,
  since = clock(),
): Promise<Reply> {
  let outcome: Outcome = 'unsent';
  try {
    const reply = await next(call);
    outcome = outcomeOf(reply);
    return reply;
  } finally {
    const now = clock();
    watcher.ended(outcome, now - since, now);
  }
}
