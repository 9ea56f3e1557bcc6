import type { RetryPolicy } from '../saga/backoff.js';
import * as defaults from './participant.js';
import type {
  Bulkhead,
  CircuitBreaker,
  LoadBalancing,
  Participant,
  RateLimit,
  RetryBudget,
  Shaping,
} from './participant.js';
import { duration, filled, integer, number, oneOf, orOff, record, type Reading } from './readings.js';

const DAY = 86_400_000;
const BILLION = 1e9;

export const timeout: Reading<Participant['timeout']> = filled(
  record<Participant['timeout']>({ connect: duration(1, DAY), total: duration(1, DAY) }),
  defaults.DEFAULT_TIMEOUT,
);

const retryFields = {
  maxAttempts: ((value, place) =>
    value === 'unlimited' ? Infinity : integer(1, 1000)(value, place)) satisfies Reading<number>,
  initialInterval: duration(0, DAY),
  factor: number(1, 100),
  maxInterval: duration(0, DAY),
  jitter: oneOf('full', 'equal', 'none'),
  maxElapsed: duration(0, 3650 * DAY),
};

export const retry = record<Partial<RetryPolicy> & { readonly budget?: RetryBudget | null }>({
  ...retryFields,
  budget: orOff(
    filled(
      record<RetryBudget>({ ratio: number(0, 1), minPerSecond: number(0, BILLION) }),
      defaults.DEFAULT_RETRY_BUDGET,
    ),
  ),
});

export const compensationRetry = record<Partial<RetryPolicy>>(retryFields);

export const loadBalancing: Reading<LoadBalancing> = filled(
  record<LoadBalancing>({
    strategy: oneOf('least_conn', 'round_robin', 'random'),
    outlier: orOff(
      filled(
        record<NonNullable<LoadBalancing['outlier']>>({
          consecutiveErrors: integer(1, 1_000_000),
          ejection: duration(1, DAY),
          maxEjectedPercent: number(0, 100),
        }),
        defaults.DEFAULT_OUTLIER,
      ),
    ),
    healthCheck: orOff(
      filled(record<NonNullable<LoadBalancing['healthCheck']>>({ path, interval: duration(100, DAY) }, 'path'), {
        interval: defaults.DEFAULT_HEALTH_CHECK_INTERVAL,
      }),
    ),
  }),
  defaults.DEFAULT_LOAD_BALANCING,
);

const circuitBreakerFields: Reading<CircuitBreaker> = filled(
  record<CircuitBreaker>({
    consecutiveFailures: orOff(integer(1, 1_000_000)),
    failureThreshold: orOff(number(1, 100)),
    slowCallThreshold: orOff(number(1, 100)),
    slowCallDuration: duration(1, DAY),
    window: duration(1000, DAY),
    minimumCalls: integer(1, 1_000_000),
    resetTimeout: duration(1, DAY),
    maxResetTimeout: duration(1, DAY),
    halfOpenCalls: integer(1, 10_000),
  }),
  defaults.DEFAULT_CIRCUIT_BREAKER,
);

const THRESHOLDS = ['consecutiveFailures', 'failureThreshold', 'slowCallThreshold'] as const;

export const circuitBreaker: Reading<CircuitBreaker> = (value, place) => {
  const read = circuitBreakerFields(value, place);
  if (!read) return undefined;
  const given = value as Partial<CircuitBreaker>;
  if (read.maxResetTimeout < read.resetTimeout) {
    place.at('maxResetTimeout').refuse('must not be shorter than resetTimeout');
  }
  if (THRESHOLDS.every((threshold) => (threshold in given ? given[threshold] : read[threshold]) === null)) {
    place.refuse('would never open: set consecutiveFailures, failureThreshold or slowCallThreshold');
  }
  return read;
};

/** The bucket holds one second's worth unless it says otherwise. */
export const rateLimit: Reading<RateLimit> = (value, place) => {
  const read = record<{ capacity?: number; ratePerSecond: number }>(
    { capacity: number(1, BILLION), ratePerSecond: number(0.001, BILLION) },
    'ratePerSecond',
  )(value, place);
  return read && { ...read, capacity: read.capacity ?? Math.max(1, read.ratePerSecond) };
};

export const shaping: Reading<Shaping> = filled(
  record<Shaping>({ maxRatePerSecond: number(0.001, BILLION), maxWait: duration(0, DAY) }, 'maxRatePerSecond'),
  { maxWait: defaults.DEFAULT_SHAPING_WAIT },
);

export const bulkhead: Reading<Bulkhead> = filled(
  record<Bulkhead>({ maxConcurrent: integer(1, 100_000), mode: oneOf('fixed', 'adaptive') }, 'maxConcurrent'),
  { mode: 'fixed' },
);

function path(...[value, place]: Parameters<Reading<string>>): string | undefined {
  return typeof value === 'string' && /^\/[\x21-\x7e]*$/.test(value)
    ? value
    : place.refuse('must be a path such as /health/ready');
}
