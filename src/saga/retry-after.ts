import { MAX_RETRY_AFTER } from './backoff.js';

/**
 * How long a participant asks to be left alone, in ms: `Retry-After` in seconds or as an HTTP date, at most an hour.
 * `undefined` when there is none or it makes no sense (negative, not a number, not a date): then our own back-off holds.
 * @param now epoch ms
 */
export function readRetryAfter(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!text) return undefined;
  const seconds = Number(text);
  const wait = Number.isNaN(seconds) ? Math.max(0, Date.parse(text) - now) : seconds * 1000;
  return wait >= 0 ? Math.min(wait, MAX_RETRY_AFTER) : undefined;
}
