import { parseDuration } from '../../saga/durations.js';
import { DEFAULT_CIRCUIT_BREAKER } from '../participant.js';

/**
 * A breaker as the short form means it: failures in a row are all that counts unless it names rates too, and a reset
 * time is never cut short by the default of its upper bound.
 */
export function longBreaker(written: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const resetTimeout = parseDuration(written['resetTimeout']) ?? 0;
  return {
    ...(written['consecutiveFailures'] !== undefined && { failureThreshold: null, slowCallThreshold: null }),
    ...(resetTimeout > DEFAULT_CIRCUIT_BREAKER.maxResetTimeout && { maxResetTimeout: written['resetTimeout'] }),
    ...written,
  };
}
