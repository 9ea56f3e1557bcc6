import fc from 'fast-check';
import { describeParticipant } from './describe-participant.js';
import { parseParticipant } from './participant-parser.js';
import type { Participant } from './participant.js';

/** The example of the contract. */
const PAYMENT = {
  endpoints: [{ url: 'http://10.0.0.1:8081', weight: 2 }, { url: 'http://10.0.0.2:8081' }],
  loadBalancing: {
    strategy: 'least_conn',
    outlier: { consecutiveErrors: 5, ejection: '30s', maxEjectedPercent: 50 },
    healthCheck: { path: '/health/ready', interval: '10s' },
  },
  timeout: { connect: '1s', total: '5s' },
  retry: {
    maxAttempts: 8,
    initialInterval: '100ms',
    factor: 2,
    maxInterval: '60s',
    jitter: 'full',
    budget: { ratio: 0.2, minPerSecond: 3 },
  },
  circuitBreaker: {
    failureThreshold: 50,
    slowCallThreshold: 80,
    slowCallDuration: '2s',
    window: '30s',
    minimumCalls: 20,
    resetTimeout: '5s',
    maxResetTimeout: '60s',
    halfOpenCalls: 5,
  },
  rateLimit: { capacity: 5000, ratePerSecond: 10000 },
  shaping: { maxRatePerSecond: 1000, maxWait: '30s' },
  bulkhead: { maxConcurrent: 64, mode: 'fixed' },
  signing: { secret: 'env:PAYMENT_SECRET' },
};

const ONE = { endpoints: [{ url: 'http://payment.test' }] };

describe('reading a participant', () => {
  it('takes the whole object of the contract', () => {
    expect(parsed(PAYMENT)).toEqual({
      name: 'payment',
      endpoints: [
        { url: 'http://10.0.0.1:8081', origin: 'http://10.0.0.1:8081', basePath: '', weight: 2 },
        { url: 'http://10.0.0.2:8081', origin: 'http://10.0.0.2:8081', basePath: '', weight: 1 },
      ],
      loadBalancing: {
        strategy: 'least_conn',
        outlier: { consecutiveErrors: 5, ejection: 30_000, maxEjectedPercent: 50 },
        healthCheck: { path: '/health/ready', interval: 10_000 },
      },
      timeout: { connect: 1_000, total: 5_000 },
      retry: { maxAttempts: 8, initialInterval: 100, factor: 2, maxInterval: 60_000, jitter: 'full' },
      retryBudget: { ratio: 0.2, minPerSecond: 3 },
      compensationRetry: {},
      circuitBreaker: {
        consecutiveFailures: null,
        failureThreshold: 50,
        slowCallThreshold: 80,
        slowCallDuration: 2_000,
        window: 30_000,
        minimumCalls: 20,
        resetTimeout: 5_000,
        maxResetTimeout: 60_000,
        halfOpenCalls: 5,
      },
      rateLimit: { capacity: 5_000, ratePerSecond: 10_000 },
      shaping: { maxRatePerSecond: 1_000, maxWait: 30_000 },
      bulkhead: { maxConcurrent: 64, mode: 'fixed' },
      degradation: null,
      signing: { secret: 'env:PAYMENT_SECRET' },
      answers: { action: {}, compensation: {} },
      maxResponseBytes: 1_048_576,
      source: PAYMENT,
    });
  });

  it('fills what is left out', () => {
    expect(parsed(ONE)).toEqual({
      name: 'payment',
      endpoints: [{ url: 'http://payment.test', origin: 'http://payment.test', basePath: '', weight: 1 }],
      loadBalancing: { strategy: 'least_conn', outlier: null, healthCheck: null },
      timeout: { connect: 1_000, total: 5_000 },
      retry: {},
      retryBudget: null,
      compensationRetry: {},
      circuitBreaker: null,
      rateLimit: null,
      shaping: null,
      bulkhead: null,
      degradation: null,
      signing: null,
      answers: { action: {}, compensation: {} },
      maxResponseBytes: 1_048_576,
      source: ONE,
    });
  });

  it('fills what is left out of a policy', () => {
    const read = parsed({
      ...ONE,
      timeout: { total: '30s' },
      circuitBreaker: {},
      rateLimit: { ratePerSecond: 0.5 },
      shaping: { maxRatePerSecond: 10 },
      bulkhead: { maxConcurrent: 4 },
      loadBalancing: { outlier: {}, healthCheck: { path: '/health' } },
    });
    expect(read.timeout).toEqual({ connect: 1_000, total: 30_000 });
    expect(read.circuitBreaker).toMatchObject({ failureThreshold: 50, window: 30_000 });
    expect(read.rateLimit).toEqual({ ratePerSecond: 0.5, capacity: 1 });
    expect(read.shaping).toEqual({ maxRatePerSecond: 10, maxWait: 30_000 });
    expect(read.bulkhead).toEqual({ maxConcurrent: 4, mode: 'fixed' });
    expect(read.loadBalancing).toEqual({
      strategy: 'least_conn',
      outlier: { consecutiveErrors: 5, ejection: 30_000, maxEjectedPercent: 50 },
      healthCheck: { path: '/health', interval: 10_000 },
    });
  });

  it.each([
    ['http://Payment.TEST:80/base//', 'http://payment.test', '/base'],
    ['https://payment.test:8443/a/b', 'https://payment.test:8443', '/a/b'],
    ['http://0x7f.1:9/', 'http://127.0.0.1:9', ''],
    ['http://[0:0::1]/x', 'http://[::1]', '/x'],
  ])('takes %s apart', (url, origin, basePath) => {
    expect(parsed({ endpoints: [url] }).endpoints).toEqual([{ url, origin, basePath, weight: 1 }]);
  });

  it('reads when it counts as degraded, and what stands in then', () => {
    const degradation = {
      fallback: { strategy: 'cache_only', ttl: '5m' },
      conditions: [
        { type: 'latency', threshold: '1.5s' },
        { type: 'error_rate', threshold: 12.5 },
        { type: 'availability', threshold: '99.5%' },
      ],
    };
    expect(parsed({ ...ONE, degradation }).degradation).toEqual({
      fallback: { strategy: 'cache_only', ttl: 300_000 },
      conditions: [
        { type: 'latency', threshold: 1_500 },
        { type: 'error_rate', threshold: 12.5 },
        { type: 'availability', threshold: 99.5 },
      ],
    });
    const skip = { fallback: { strategy: 'skip' } };
    expect(parsed({ ...ONE, degradation: skip }).degradation).toEqual({ ...skip, conditions: [] });
    expect(parsed({ ...ONE, degradation: null }).degradation).toBeNull();
  });

  it('reads a breaker that only counts failures in a row', () => {
    const circuitBreaker = { consecutiveFailures: 10, failureThreshold: null, slowCallThreshold: null };
    expect(parsed({ ...ONE, circuitBreaker }).circuitBreaker).toMatchObject(circuitBreaker);
  });

  it('reads the words for answers into what they mean', () => {
    const answers = {
      action: { '409': 'retry', '5xx': 'in-doubt' },
      compensation: { '422': 'compensated', '4xx': 'stuck' },
    };
    expect(parsed({ ...ONE, answers }).answers).toEqual({
      action: { '409': 'retry', '5xx': 'in-doubt' },
      compensation: { '422': 'succeeded', '4xx': 'rejected' },
    });
  });

  it.each<[string, unknown, string, string]>([
    ['something else', [], '', 'must be an object with name, endpoints'],
    ['no endpoints', {}, '/endpoints', 'is missing'],
    ['an empty list of endpoints', { endpoints: [] }, '/endpoints', 'must have 1 to 64 entries'],
    [
      'too many endpoints',
      { endpoints: Array<string>(65).fill('http://a.test') },
      '/endpoints',
      'must have 1 to 64 entries',
    ],
    ['an endpoint that is no URL', { endpoints: ['payment:8080/x y'] }, '/endpoints/0', 'must begin with http'],
    ['a relative endpoint', { endpoints: [{ url: '/x' }] }, '/endpoints/0/url', 'must be an absolute URL'],
    ['an endpoint without URL', { endpoints: [{ weight: 1 }] }, '/endpoints/0/url', 'is missing'],
    ['another scheme', { endpoints: [{ url: 'ftp://a.test' }] }, '/endpoints/0/url', 'must begin with http'],
    ['credentials', { endpoints: [{ url: 'http://me:pw@a.test' }] }, '/endpoints/0/url', 'must not hold credentials'],
    ['a query', { endpoints: [{ url: 'http://a.test/?x=1' }] }, '/endpoints/0/url', 'must not have a query'],
    ['an empty fragment', { endpoints: [{ url: 'http://a.test/#' }] }, '/endpoints/0/url', 'must not have a query'],
    ['a zone', { endpoints: [{ url: 'http://[fe80::1%25eth0]' }] }, '/endpoints/0/url', 'must be an absolute URL'],
    [
      'a negative weight',
      { endpoints: [{ url: 'http://a.test', weight: -1 }] },
      '/endpoints/0/weight',
      'from 0 to 1000',
    ],
    ['no weight at all', { endpoints: [{ url: 'http://a.test', weight: 0 }] }, '/endpoints', 'a weight above 0'],
    ['a slip of the pen', { ...ONE, timeOut: {} }, '/timeOut', 'did you mean timeout?'],
    ['a slip further down', { ...ONE, timeout: { conect: '1s' } }, '/timeout/conect', 'did you mean connect?'],
    ['a field of Object', JSON.parse('{"endpoints":["http://a.test"],"__proto__":{}}'), '/__proto__', 'unknown field'],
    ['a time without unit', { ...ONE, timeout: { total: 5 } }, '/timeout/total', 'must be a duration'],
    ['no time', { ...ONE, timeout: { connect: '0s' } }, '/timeout/connect', 'must be between 1ms and 1d'],
    ['half an attempt', { ...ONE, retry: { maxAttempts: 1.5 } }, '/retry/maxAttempts', 'whole number from 1 to 1000'],
    ['unknown jitter', { ...ONE, retry: { jitter: 'ful' } }, '/retry/jitter', 'did you mean full?'],
    ['a budget in per cent', { ...ONE, retry: { budget: { ratio: 20 } } }, '/retry/budget/ratio', 'from 0 to 1'],
    [
      'a budget for compensations',
      { ...ONE, compensationRetry: { budget: {} } },
      '/compensationRetry/budget',
      'unknown field',
    ],
    [
      'a share above all',
      { ...ONE, circuitBreaker: { failureThreshold: 101 } },
      '/circuitBreaker/failureThreshold',
      'from 1 to 100',
    ],
    [
      'a reset above its cap',
      { ...ONE, circuitBreaker: { resetTimeout: '2m' } },
      '/circuitBreaker/maxResetTimeout',
      'not be shorter',
    ],
    [
      'a breaker that never opens',
      { ...ONE, circuitBreaker: { failureThreshold: null, slowCallThreshold: null } },
      '/circuitBreaker',
      'would never open',
    ],
    ['a degradation without fallback', { ...ONE, degradation: {} }, '/degradation/fallback', 'is missing'],
    ['a bare strategy', { ...ONE, degradation: { fallback: 'skip' } }, '/degradation/fallback', 'with strategy'],
    [
      'a fallback without response',
      { ...ONE, degradation: { fallback: { strategy: 'static_response' } } },
      '/degradation/fallback',
      'needs a response',
    ],
    [
      'an age of what is not remembered',
      { ...ONE, degradation: { fallback: { strategy: 'skip', ttl: '1s' } } },
      '/degradation/fallback/ttl',
      'cache_only only',
    ],
    [
      'a response that can not be stored',
      { ...ONE, degradation: { fallback: { strategy: 'static_response', response: ['\0'] } } },
      '/degradation/fallback/response/0',
      'NUL',
    ],
    [
      'the same condition twice',
      {
        ...ONE,
        degradation: {
          fallback: { strategy: 'skip' },
          conditions: [
            { type: 'latency', threshold: '1s' },
            { type: 'latency', threshold: '2s' },
          ],
        },
      },
      '/degradation/conditions/1',
      'a condition of latency above',
    ],
    ['a limit without rate', { ...ONE, rateLimit: { capacity: 5 } }, '/rateLimit/ratePerSecond', 'is missing'],
    [
      'an infinite rate',
      { ...ONE, rateLimit: { ratePerSecond: Infinity } },
      '/rateLimit/ratePerSecond',
      'must be a number',
    ],
    ['NaN', { ...ONE, shaping: { maxRatePerSecond: NaN } }, '/shaping/maxRatePerSecond', 'must be a number'],
    ['no room', { ...ONE, bulkhead: { maxConcurrent: 0 } }, '/bulkhead/maxConcurrent', 'from 1 to 100000'],
    [
      'an unknown strategy',
      { ...ONE, loadBalancing: { strategy: 'leastconn' } },
      '/loadBalancing/strategy',
      'did you mean least_conn?',
    ],
    [
      'a check elsewhere',
      { ...ONE, loadBalancing: { healthCheck: { path: 'http://b.test' } } },
      '/loadBalancing/healthCheck/path',
      'must be a path',
    ],
    ['a short secret', { ...ONE, signing: { secret: 'x' } }, '/signing/secret', 'must be env:NAME'],
    ['a bad secret', { ...ONE, signing: { secret: 'whsec_***' } }, '/signing/secret', 'base64'],
    ['a bad variable', { ...ONE, signing: { secret: 'env:A B' } }, '/signing/secret', 'must be env:NAME'],
    ['what a secret is shown as', { ...ONE, signing: { secret: '(hidden)' } }, '/signing/secret', 'is only shown as'],
    [
      'an answer that is no status',
      { ...ONE, answers: { action: { '4': 'retry' } } },
      '/answers/action/4',
      'a status from 200',
    ],
    [
      'an answer to 202',
      { ...ONE, answers: { action: { '202': 'retry' } } },
      '/answers/action/202',
      "can't be replaced",
    ],
    [
      'a wrong word',
      { ...ONE, answers: { action: { '409': 'compensated' } } },
      '/answers/action/409',
      'one of succeeded',
    ],
    [
      'a word of Object',
      { ...ONE, answers: { action: { '409': 'toString' } } },
      '/answers/action/409',
      'one of succeeded',
    ],
    ['another name', { ...ONE, name: 'inventory' }, '/name', 'must be payment'],
    ['too large answers', { ...ONE, maxResponseBytes: 1e9 }, '/maxResponseBytes', 'from 1 to 67108864'],
  ])('refuses %s and says how to mend it', (_, source, pointer, detail) => {
    expect(problems(source)).toEqual([{ pointer, detail: expect.stringContaining(detail) as string }]);
  });

  it.each(['', '1st', 'a b', '../x', 'x'.repeat(64)])('refuses the name %j', (name) => {
    expect(parseParticipant(name, ONE)).toMatchObject({ problems: [{ pointer: '' }] });
  });

  it('lists all problems at once', () => {
    const source = {
      endpoints: ['x', 'ftp://a.test'],
      timeout: { total: 1, conect: '1s' },
      retry: { factor: 0 },
      bulkhed: {},
    };
    expect(problems(source).map(({ pointer }) => pointer)).toEqual([
      '/endpoints/0',
      '/endpoints/1',
      '/timeout/total',
      '/timeout/conect',
      '/retry/factor',
      '/bulkhed',
    ]);
  });

  it('never throws, whatever it is given', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.record({ endpoints: fc.anything(), retry: fc.anything(), degradation: fc.anything() }),
    );
    fc.assert(fc.property(fc.string(), anything, (name, source) => void parseParticipant(name, source)));
  });
});

describe('showing a participant', () => {
  it('hides the secret, and shows everything else so that it can be sent back', () => {
    const participant = parsed({ ...PAYMENT, signing: { secret: 'correct-horse-battery' } });
    const shown = describeParticipant(participant);
    expect(JSON.stringify(shown)).not.toContain('horse');
    expect(shown).toEqual({ ...PAYMENT, name: 'payment', signing: { secret: '(hidden)' } });
  });

  it('shows where the secret is, and the time-outs that hold', () => {
    const shown = describeParticipant(parsed({ ...ONE, signing: { secret: 'env:PAYMENT_SECRET' } }));
    expect(shown).toEqual({
      ...ONE,
      name: 'payment',
      timeout: { connect: '1s', total: '5s' },
      signing: { secret: 'env:PAYMENT_SECRET' },
    });
    expect(parsed(shown)).toMatchObject({ name: 'payment' });
  });
});

function parsed(source: unknown): Participant {
  const read = parseParticipant('payment', source);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.participant;
}

function problems(source: unknown): readonly { pointer: string; detail: string }[] {
  const read = parseParticipant('payment', source);
  return 'problems' in read ? read.problems : [];
}
