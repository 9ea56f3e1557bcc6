import { parseParticipant } from '../../../src/participants/participant-parser.js';
import type { Participant } from './participant-policy.js';

/** Everything that can be said about a participant, as deep as it goes. */
type All<T> = T extends readonly (infer Item)[]
  ? readonly All<Item>[]
  : T extends object
    ? { readonly [K in keyof T]-?: All<NonNullable<T[K]>> }
    : T;

const retry = {
  maxAttempts: 'unlimited',
  initialInterval: '100ms',
  factor: 2,
  maxInterval: '60s',
  jitter: 'full',
  maxElapsed: '7d',
} as const;

const all: All<Participant> = {
  name: 'payment',
  endpoints: ['http://10.0.0.1:8081', { url: 'http://10.0.0.2:8081', weight: 2 }],
  timeout: { connect: '1s', total: '5s' },
  retry: { ...retry, budget: { ratio: 0.2, minPerSecond: 3 } },
  compensationRetry: retry,
  signing: { secret: 'env:PAYMENT_SECRET' },
  answers: {
    action: { '423': 'retry', '409': 'succeeded', '4xx': 'rejected', '5xx': 'in-doubt' },
    compensation: { '4xx': 'compensated', '423': 'retry', '409': 'stuck' },
  },
  maxResponseBytes: 1_024,
  loadBalancing: {
    strategy: 'least_conn',
    outlier: { consecutiveErrors: 5, ejection: '30s', maxEjectedPercent: 50 },
    healthCheck: { path: '/health/ready', interval: '10s' },
  },
  circuitBreaker: {
    consecutiveFailures: 10,
    failureThreshold: 50,
    slowCallThreshold: 80,
    slowCallDuration: '2s',
    window: '30s',
    minimumCalls: 20,
    resetTimeout: '5s',
    maxResetTimeout: '60s',
    halfOpenCalls: 5,
  },
  rateLimit: { capacity: 5_000, ratePerSecond: 10_000 },
  shaping: { maxRatePerSecond: 1_000, maxWait: '30s' },
  bulkhead: { maxConcurrent: 64, mode: 'adaptive' },
  degradation: {
    fallback: { strategy: 'cache_only', ttl: '10m' },
    conditions: [{ type: 'latency', threshold: '500ms' }],
  },
};

describe("the type of a participant's policy", () => {
  it('says nothing that the server does not read', () => {
    expect(parseParticipant('payment', all)).not.toHaveProperty('problems');
  });

  it('says all that the server reads', () => {
    const parsed = parseParticipant('payment', all);
    const { source: _, retryBudget, ...read } = 'participant' in parsed ? parsed.participant : (undefined as never);
    expect(retryBudget).toEqual(all.retry.budget);
    expect(Object.keys(all).sort()).toEqual(Object.keys(read).sort());
  });
});
