import type { NoticeAnswer } from '../../participants/notices.js';
import { nextDelay, type RetryPolicy } from '../../saga/backoff.js';
import { readRetryAfter } from '../../saga/retry-after.js';

/** What follows from what came of a delivery. Times in ms. */
export type DeliveryVerdict =
  | { readonly kind: 'synced' }
  /** The receiver wants no more: 410. */
  | { readonly kind: 'gone' }
  /** Again in `delay`. */
  | { readonly kind: 'later'; readonly delay: number }
  /** It has been tried for long enough. */
  | { readonly kind: 'failed' };

/** How the receiver itself seems to be, whatever it made of this one event. `rest`: what it asks for, in ms. */
export type ReceiverVerdict =
  | { readonly kind: 'well' }
  | { readonly kind: 'ill' }
  | { readonly kind: 'resting'; readonly rest: number | undefined };

const RETRY: Omit<RetryPolicy, 'maxElapsed'> = {
  maxAttempts: Infinity,
  initialInterval: 500,
  factor: 2,
  maxInterval: 300_000,
  jitter: 'full',
};

/**
 * @param attempts at this event, this one included
 * @param elapsed ms since the first failure without a success since; 0: this is the first
 * @param giveUpAfter ms
 * @param now epoch ms
 * @param random a number in [0, 1)
 */
export function judgeDelivery(
  answer: NoticeAnswer,
  {
    attempts,
    elapsed,
    giveUpAfter,
    now,
    random,
  }: {
    readonly attempts: number;
    readonly elapsed: number;
    readonly giveUpAfter: number;
    readonly now: number;
    readonly random: number;
  },
): DeliveryVerdict {
  if (isReceived(answer)) return { kind: 'synced' };
  if (answer.status === 410) return { kind: 'gone' };
  const retryAfter = readRetryAfter(answer.retryAfter, now);
  const delay = nextDelay({ ...RETRY, maxElapsed: giveUpAfter }, attempts, elapsed, random, retryAfter);
  return delay === null ? { kind: 'failed' } : { kind: 'later', delay };
}

/** 429 and 503 ask for rest; what never came back, and other server errors, look like illness; the rest is about the event. */
export function judgeReceiver(answer: NoticeAnswer, now: number): ReceiverVerdict {
  const { status } = answer;
  if (status === 429 || status === 503) return { kind: 'resting', rest: readRetryAfter(answer.retryAfter, now) };
  return status === null || status === 408 || status >= 500 ? { kind: 'ill' } : { kind: 'well' };
}

export function isReceived({ status }: NoticeAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}
