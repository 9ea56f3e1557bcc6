import fc from 'fast-check';
import { parseDefaults, type ParticipantDefaults } from '../participant-defaults.js';
import { parseParticipant } from '../participant-parser.js';
import type { Participant } from '../participant.js';
import { parseResilienceFile, type FileRemark, type ResilienceFile } from '../resilience-file.js';

/** Contract §6, word for word: the long form, and the short forms of write-ups. */
const CONTRACT = `
participants:
  payment:
    endpoints: [{ url: "http://10.0.0.1:8081", weight: 2 }, { url: "http://10.0.0.2:8081" }]
    loadBalancing: { strategy: least_conn, outlier: { consecutiveErrors: 5, ejection: 30s, maxEjectedPercent: 50 }, healthCheck: { path: /health/ready, interval: 10s } }
    timeout: { connect: 1s, total: 5s }
    retry: { maxAttempts: 8, initialInterval: 100ms, factor: 2, maxInterval: 60s, jitter: full, budget: { ratio: 0.2, minPerSecond: 3 } }
    circuitBreaker: { failureThreshold: 50, slowCallThreshold: 80, slowCallDuration: 2s, window: 30s, minimumCalls: 20, resetTimeout: 5s, maxResetTimeout: 60s, halfOpenCalls: 5 }
    rateLimit: { capacity: 5000, ratePerSecond: 10000 }        # token bucket, shared by all processes
    shaping: { maxRatePerSecond: 1000, maxWait: 30s }           # smooths bursts by waiting, never drops
    bulkhead: { maxConcurrent: 64, mode: fixed }                # fixed | adaptive
    signing: { secret: "env:PAYMENT_SECRET" }
resilience:
  circuit_breaker: { enabled: true, failure_threshold: 10, reset_timeout: 60 }       # consecutive failures, seconds
  rate_limiter: { max_requests_per_second: 10000, burst_limit: 5000 }
  fallback: { services: { recommendation: { fallback_strategy: static_top_items }, inventory: { fallback_strategy: estimated_stock } } }
degradation:
  enabled: true
  services:
    - { name: recommendation-service, fallback: static_response, conditions: [ { type: latency, threshold: 500ms }, { type: error_rate, threshold: 50% } ] }
    - { name: search-service, fallback: cache_only, conditions: [ { type: availability, threshold: 80% } ] }
auto_heal: { thresholds: { cpu: 90, memory: 85, error_rate: 50 }, interval: 60s }
`;

const FALLBACKS = `
fallbacks:
  static_top_items: { response: { items: [1, 2] } }
  estimated_stock: { participant: warehouse, path: /estimates }
`;

/** What a breaker is when it only counts failures in a row. */
const TEN_IN_A_ROW = {
  consecutiveFailures: 10,
  failureThreshold: null,
  slowCallThreshold: null,
  resetTimeout: 60_000,
  maxResetTimeout: 60_000,
};

describe('the file of the contract', () => {
  it('loads as it is printed, and says what is missing for it to have its full effect', () => {
    const { participants, warnings } = read(CONTRACT);
    expect(participants.map(({ name }) => name)).toEqual(['payment']);
    expect(warnings).toEqual([
      at(16, 45, expect.stringContaining('there is no fallback static_top_items') as string),
      at(16, 97, expect.stringContaining('fallbacks: { estimated_stock: { response: … } }') as string),
      at(20, 39, expect.stringContaining('answers null') as string),
      at(22, 1, 'auto_heal is not yet applied'),
    ]);
  });

  it('gives every participant the policies of the short forms, unless it has its own', () => {
    const other = under(CONTRACT, 'inventory');
    expect(other.circuitBreaker).toMatchObject(TEN_IN_A_ROW);
    expect(other.rateLimit).toEqual({ ratePerSecond: 10_000, capacity: 5_000 });
    expect(other.degradation).toBeNull();
    const own = under(CONTRACT, 'payment', { circuitBreaker: { resetTimeout: '1s' }, rateLimit: null });
    expect(own.circuitBreaker).toMatchObject({ consecutiveFailures: null, failureThreshold: 50, resetTimeout: 1_000 });
    expect(own.rateLimit).toBeNull();
  });

  it('degrades the services that it names', () => {
    expect(under(CONTRACT, 'recommendation-service').degradation).toEqual({
      fallback: { strategy: 'static_response', response: null },
      conditions: [
        { type: 'latency', threshold: 500 },
        { type: 'error_rate', threshold: 50 },
      ],
    });
    expect(under(CONTRACT, 'search-service').degradation).toEqual({
      fallback: { strategy: 'cache_only', ttl: 3_600_000 },
      conditions: [{ type: 'availability', threshold: 80 }],
    });
    expect(under(CONTRACT, 'search-service', { degradation: null }).degradation).toBeNull();
  });

  it('knows the fallbacks of its services once they are written down', () => {
    const text = CONTRACT + FALLBACKS;
    expect(read(text).warnings.map(({ line }) => line)).toEqual([20, 22]);
    expect(under(text, 'recommendation').degradation).toEqual({
      fallback: { strategy: 'static_top_items' },
      conditions: [],
    });
    expect([...defaults(text).fallbacks]).toEqual([
      ['static_top_items', { type: 'response', response: { items: [1, 2] } }],
      ['estimated_stock', { type: 'participant', participant: 'warehouse', path: '/estimates' }],
    ]);
  });
});

describe('short forms of policies', () => {
  it.each<[string, object]>([
    ['circuit_breaker: { failure_threshold: 10, reset_timeout: 60s }', { circuitBreaker: TEN_IN_A_ROW }],
    [
      'circuit_breaker: { failure_threshold: 5, reset_timeout: 120 }',
      { circuitBreaker: { consecutiveFailures: 5, resetTimeout: 120_000, maxResetTimeout: 120_000 } },
    ],
    [
      'circuit_breaker: { failure_threshold: 5, failure_rate_threshold: 30, window: 2.5 }',
      { circuitBreaker: { consecutiveFailures: 5, failureThreshold: 30, slowCallThreshold: null, window: 2_500 } },
    ],
    [
      'circuit_breaker: { reset_timeout: 1 }',
      {
        circuitBreaker: { consecutiveFailures: null, failureThreshold: 50, slowCallThreshold: 80, resetTimeout: 1_000 },
      },
    ],
    ['circuit_breaker: { enabled: false, failure_threshold: 10 }', { circuitBreaker: null }],
    ['rate_limiter: { max_requests_per_second: 7 }', { rateLimit: { ratePerSecond: 7, capacity: 7 } }],
    ['shaping: { max_rate_per_second: 9, max_wait: 4 }', { shaping: { maxRatePerSecond: 9, maxWait: 4_000 } }],
    ['bulkhead: { max_concurrent: 3, mode: adaptive }', { bulkhead: { maxConcurrent: 3, mode: 'adaptive' } }],
    ['timeout: 3', { timeout: { connect: 1_000, total: 3_000 } }],
    ['timeout: { connect: 200ms }', { timeout: { connect: 200, total: 5_000 } }],
    [
      'retry: { max_attempts: 3, initial_interval: 0.25, jitter: none, budget: { min_per_second: 1 } }',
      {
        retry: { maxAttempts: 3, initialInterval: 250, jitter: 'none' },
        retryBudget: { ratio: 0.2, minPerSecond: 1 },
      },
    ],
    [
      'load_balancing: { strategy: random, health_check: { path: /up, interval: 5 }, outlier: { max_ejected_percent: 10 } }',
      {
        loadBalancing: {
          strategy: 'random',
          healthCheck: { path: '/up', interval: 5_000 },
          outlier: { maxEjectedPercent: 10, consecutiveErrors: 5 },
        },
      },
    ],
  ])('%s', (policy, expected) => {
    expect(under(`resilience:\n  ${policy}`, 'any')).toMatchObject(expected);
  });

  it.each([
    ['', null],
    ['resilience: { enabled: false, rate_limiter: { max_requests_per_second: 1 } }', null],
    ['resilience: { fallback: { enabled: false, services: { a: { fallback_strategy: skip } } } }', null],
    ['degradation: { enabled: false, services: [{ name: a, fallback: skip }] }', null],
    [
      'degradation: { services: [{ name: a, fallback: skip }] }',
      { degradations: { a: { fallback: { strategy: 'skip' } } } },
    ],
    ['auto_heal: { enabled: false }', null],
    ['resilience:\ndegradation:\nfallbacks:\nauto_heal: { enabled: false }', null],
  ])('says nothing of what is switched off: %j', (text, expected) => {
    expect(read(text)).toEqual({ participants: [], defaults: expected, warnings: [] });
  });

  it('remembers an answer as many seconds as it says', () => {
    const text = 'degradation: { services: [{ name: a, fallback: cache_only, ttl: 90 }] }';
    expect(under(text, 'a').degradation?.fallback).toEqual({ strategy: 'cache_only', ttl: 90_000 });
  });
});

describe('entries under fallbacks', () => {
  it.each<[string, object]>([
    ['{ response: { a: "{% 1 %}" } }', { type: 'response', response: { a: '{% 1 %}' } }],
    ['[1, 2]', { type: 'response', response: [1, 2] }],
    ['null', { type: 'response', response: null }],
    ['plenty', { type: 'response', response: 'plenty' }],
    ['{ participant: warehouse }', { type: 'participant', participant: 'warehouse' }],
  ])('%s', (source, expected) => {
    expect(defaults(`fallbacks: { x: ${source} }`).fallbacks.get('x')).toEqual(expected);
  });

  it.each(['{ expression: "{% input.qty + 1 %}" }', '"{% input.qty + 1 %}"'])('computes %s', async (source) => {
    const fallback = defaults(`fallbacks: { x: ${source} }`).fallbacks.get('x');
    const scope = { input: { qty: 2 }, steps: {}, saga: { id: '1', name: 's', startedAt: '2026-01-01T00:00:00.000Z' } };
    expect(fallback?.type === 'expression' && (await fallback.expression.evaluate(scope))).toBe(3);
  });
});

describe('a mistake in a short form', () => {
  it.each([
    ['resilience: { circuit_braker: {} }', 15, 'did you mean circuit_breaker?'],
    ['resilience: { circuit_breaker: { failure_treshold: 1 } }', 34, 'did you mean failure_threshold?'],
    ['resilience: { circuit_breaker: { failure_threshold: 0 } }', 34, 'a whole number from 1'],
    ['resilience: { circuit_breaker: { enabled: yes } }', 34, 'true or false'],
    ['resilience: { circuit_breaker: { resetTimeout: 3 } }', 34, 'did you mean reset_timeout?'],
    ['resilience: { circuit_breaker: { reset_timeout: soon } }', 34, 'must be a duration'],
    ['resilience: { circuit_breaker: { reset_timeout: 5, max_reset_timeout: 4 } }', 52, 'shorter than reset_timeout'],
    ['resilience: { circuit_breaker: null }', 15, 'enabled: false switches it off'],
    [
      'resilience: { circuit_breaker: { failure_threshold: null } }',
      15,
      'set failure_threshold, failure_rate_threshold or slow_call_threshold',
    ],
    ['resilience: { rate_limiter: {} }', 15, 'is missing'],
    [
      'resilience: { rate_limiter: { max_request_per_second: 4, max_requests_per_second: 4 } }',
      31,
      'did you mean max_requests_per_second?',
    ],
    ['resilience: { rate_limiter: { max_requests_per_second: 1, rate_per_second: 2 } }', 59, 'leave one out'],
    ['resilience: { retry: { budget: { min_per_second: -1 } } }', 34, 'a number from 0'],
    ['resilience: { load_balancing: { health_check: { interval: 1 } } }', 33, 'is missing'],
    ['resilience: { timeout: 0 }', 15, 'between 1ms and 1d'],
    ['resilience: { fallback: { service: {} } }', 27, 'did you mean services?'],
    ['resilience: { fallback: { services: [a] } }', 27, 'by name'],
    ['resilience: { fallback: { services: { a: { fallback: skip, fallback_strategy: skip } } } }', 44, 'unknown field'],
    ['resilience: { fallback: { services: { "a b": { fallback_strategy: skip } } } }', 39, 'not the name'],
    [
      'resilience: { fallback: { services: { a: { fallback_strategy: cache_onli } } } }',
      44,
      'did you mean cache_only?',
    ],
    ['resilience: []', 1, 'must be an object'],
    ['degradation: { services: { a: skip } }', 16, 'must be a list'],
    ['degradation: { services: [{ fallback: skip }] }', 27, 'is missing'],
    ['degradation: { services: [{ name: a }] }', 27, 'is missing'],
    ['degradation: { services: [{ name: a, fallback: 3 }] }', 38, 'must be letters'],
    ['degradation: { services: [{ name: a, fallback: skip, response: 1 }] }', 54, 'static_response only'],
    ['degradation: { services: [{ name: a, fallback: skip }, { name: a, fallback: skip }] }', 56, 'says again'],
    [
      'degradation: { services: [{ name: a, fallback: skip, conditions: [{ type: late, threshold: 1s }] }] }',
      69,
      'one of',
    ],
    [
      'degradation: { services: [{ name: a, fallback: skip, conditions: [{ type: latency, threshold: 50% }] }] }',
      84,
      'a duration',
    ],
    [
      'degradation: { services: [{ name: a, fallback: skip, conditions: [{ type: error_rate, threshold: 0.5 }] }] }',
      87,
      '50% if that is meant, or 0.5%',
    ],
    [
      'degradation: { services: [{ name: a, fallback: skip, conditions: [{ type: error_rate, threshold: 101% }] }] }',
      87,
      'at most 100%',
    ],
    ['{ fallbacks: { top: 1 }, degradation: { services: [{ name: a, fallback: topp }] } }', 63, 'did you mean top?'],
    ['fallbacks: { skip: 1 }', 14, 'a strategy of its own'],
    ['fallbacks: { x: { respons: 1 } }', 19, 'did you mean response?'],
    ['fallbacks: { x: { response: 1, participant: b } }', 14, 'must have one of'],
    ['fallbacks: { x: { response: 1, path: /x } }', 32, 'participant only'],
    ['fallbacks: { x: { response: "{% 1 %}" } }', 19, 'call the field expression'],
    ['fallbacks: { x: { expression: 1 } }', 19, 'must be an expression'],
    ['fallbacks: { x: "{% ( %}" }', 14, 'does not compile'],
    ['fallbacks: { x: { participant: b, path: x } }', 35, 'must be a path'],
    ['fallbacks: { x: .nan }', 14, 'finite'],
    ['auto_heal: { interval: 0 }', 14, 'between'],
    ['auto_heal: { thresholds: { cpu: 200 } }', 28, 'at most 100%'],
    ['auto_heal: { treshold: {} }', 14, 'did you mean thresholds?'],
    [
      'participants: { p: { endpoints: ["http://a.test"], degradation: { fallback: { strategy: top } } } }',
      79,
      'there is no fallback top',
    ],
  ])('%s is named with its column (%i)', (text, column, detail) => {
    const file = parseResilienceFile(text);
    const said = 'problems' in file ? file.problems : [];
    expect(said).toContainEqual({
      pointer: expect.any(String) as string,
      line: 1,
      column,
      detail: expect.stringContaining(detail) as string,
    });
  });
});

describe('any file', () => {
  const junk = fc.jsonValue({ maxDepth: 1 });
  /** Right most of the time. */
  const mostly = <T>(right: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: junk });
  const some = (fields: Record<string, fc.Arbitrary<unknown>>) => mostly(fc.record(fields, { requiredKeys: [] }));
  const count = mostly(fc.integer({ min: 1, max: 100 }));
  const time = mostly(fc.constantFrom(1, 2.5, 90, '250ms', '2m'));
  const name = fc.constantFrom('a', 'b', 'c-d', 'e_f');
  const strategy = mostly(fc.constantFrom('skip', 'cache_only', 'static_response', 'top'));
  const condition = fc.constantFrom({ type: 'latency', threshold: '1s' }, { type: 'error_rate', threshold: '50%' });
  const file = fc.record({
    resilience: some({
      enabled: fc.boolean(),
      circuit_breaker: some({ enabled: fc.boolean(), failure_threshold: count, reset_timeout: time, window: time }),
      rate_limiter: mostly(fc.record({ max_requests_per_second: count, burst_limit: count })),
      retry: some({ max_attempts: count, initial_interval: time, budget: some({ min_per_second: count }) }),
      timeout: mostly(time),
      fallback: some({ services: fc.dictionary(name, fc.record({ fallback_strategy: strategy }), { maxKeys: 1 }) }),
    }),
    degradation: some({
      services: fc.uniqueArray(
        mostly(fc.record({ name: fc.constant('z'), fallback: strategy, conditions: mostly(fc.tuple(condition)) })),
        { maxLength: 1 },
      ),
    }),
    fallbacks: mostly(fc.record({ top: fc.record({ response: junk }), x: fc.constant('{% input %}') })),
  });

  it('is either refused with the place of each problem, or can be read again from the store', () => {
    let accepted = 0;
    fc.assert(
      fc.property(file, (content) => {
        const parsed = parseResilienceFile(JSON.stringify(content));
        if ('problems' in parsed) {
          expect(parsed.problems.every(({ line, column }) => line > 0 && column > 0)).toBe(true);
          return;
        }
        accepted += 1;
        expect(parsed.defaults === null || 'defaults' in parseDefaults(parsed.defaults)).toBe(true);
        expect(
          parseParticipant('z', { endpoints: ['http://a.test'] }, defaults(JSON.stringify(content))),
        ).toHaveProperty('participant');
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

function read(text: string): ResilienceFile {
  const file = parseResilienceFile(text);
  if ('problems' in file) throw new Error(JSON.stringify(file.problems));
  return file;
}

/** The defaults of the file, as they come out of the store. */
function defaults(text: string): ParticipantDefaults {
  const stored: unknown = JSON.parse(JSON.stringify(read(text).defaults ?? {}));
  const parsed = parseDefaults(stored);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.defaults;
}

/** A participant with nothing but `own` policies, where the file holds. */
function under(text: string, name: string, own: object = {}): Participant {
  const parsed = parseParticipant(name, { endpoints: ['http://a.test'], ...own }, defaults(text));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.participant;
}

function at(line: number, column: number, detail: string): FileRemark {
  return { pointer: expect.any(String) as string, line, column, detail };
}
