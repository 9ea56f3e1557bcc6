import { Found } from './found.js';

/** Where the participants of the run live; only what is nobody's stands beside it. */
let participants = 'http://127.0.0.1:9';

export function participantsLiveAt(url: string): void {
  participants = url;
}

const call = (name: string, more: object = {}) => ({
  name,
  participant: 'p',
  action: { path: `/${name}` },
  compensation: { path: `/${name}/undo` },
  ...more,
});

const definitions = [
  { name: 'one', steps: [call('a')] },
  { name: 'two', priority: 'sheddable', sensitive: ['/input/card'], steps: [call('a'), call('b', { kind: 'pivot' })] },
  {
    name: 'mapped',
    deadline: '5m',
    input: { type: 'object', properties: { n: { type: 'number' } } },
    steps: [
      call('a', {
        action: { path: '/a', body: "{% {'n': input.n} %}" },
        retry: { maxAttempts: 2, initialInterval: '10ms' },
      }),
      call('b', { after: [], optional: true, when: '{% input.n > 3 %}', timeout: '500ms' }),
    ],
    output: '{% steps.a.output %}',
  },
  { name: 'waits', steps: [call('a'), { name: 'ok', signal: 'go' }, { name: 'nap', sleep: '1h' }] },
  { name: 'parent', steps: [call('a'), { name: 'child', saga: 'one' }] },
];

const starts = [
  { definition: 'one' },
  { definition: 'two', input: { card: '4111', n: 1 }, tags: { shop: 'a' }, businessKey: 'b-1' },
  { definition: 'mapped', version: 1, input: { n: 4 } },
  { definition: 'waits', concurrencyKey: 'c' },
  { definition: 'parent', input: { x: [1, 2, { y: null }] } },
];

/** What is there before the fuzzing begins, so that most of it is about something. */
export function firstRequests(): readonly (readonly [method: string, path: string, body: unknown])[] {
  return [
    ['PUT', '/v1/participants/p', { endpoints: [{ url: participants }] }],
    ...definitions.map((definition) => ['POST', '/v1/definitions', definition] as const),
    ...starts.map((start) => ['POST', '/v1/sagas', start] as const),
  ];
}

/**
 * Bodies for operations whose schema leaves open what goes in. They are what mutations begin with; an operation that is not
 * named here gets bodies made from its schema alone.
 */
export function examplesFor(operation: string): readonly unknown[] {
  switch (operation) {
    case 'definitions.put':
      return definitions;
    case 'sagas.start':
      return starts;
    case 'sagas.startBatch':
      return [
        { items: starts },
        { items: [] },
        {
          items: [
            { definition: 'one', idempotencyKey: 'k' },
            { definition: 'one', idempotencyKey: 'k' },
          ],
        },
      ];
    case 'participants.put':
      return [
        { endpoints: [{ url: participants }] },
        {
          endpoints: [{ url: participants, weight: 2 }],
          timeout: { connect: '1s', total: '2s' },
          circuitBreaker: { failureThreshold: 50, window: '10s' },
          rateLimit: { capacity: 100, ratePerSecond: 100 },
          bulkhead: { maxConcurrent: 8 },
        },
      ];
    case 'callbacks.report':
      return [
        { status: 'succeeded', output: { a: 1 } },
        { status: 'rejected', reason: 'no' },
      ];
    case 'sagas.signal':
      return [null, true, { a: 1 }, [1], 'x'];
    default:
      return rebinds(operation);
  }
}

function rebinds(operation: string): readonly unknown[] {
  const reason = 'the fuzzer wants it';
  if (/\.(retry|compensate|pause|resume|cancel)$/i.test(operation)) return [{ reason }];
  if (/rebind/i.test(operation))
    return [
      { reason, step: 'a', path: '/b' },
      { reason, step: 'a', participant: 'p' },
    ];
  if (/skip/i.test(operation))
    return [
      { reason, step: 'a', output: { a: 1 } },
      { reason, step: 'ok' },
    ];
  if (/resolve/i.test(operation))
    return [
      { reason, outcome: 'completed' },
      { reason, outcome: 'compensated' },
    ];
  if (/bulk/i.test(operation) && !/cancel|pause|resume/i.test(operation)) {
    const bulk = { filter: { definition: 'one' }, action: 'retry', reason };
    return [
      { ...bulk, dryRun: true },
      { ...bulk, ratePerSecond: 5, canary: 1 },
      { ...bulk, filter: { status: 'stuck' } },
    ];
  }
  if (/webhooks|subscriptions/i.test(operation) && !/replay/i.test(operation)) {
    return [
      { url: `${participants}/hook` },
      { name: 'hook', url: `${participants}/hook`, filter: { definition: 'one' } },
    ];
  }
  return /replay/i.test(operation) ? [{ from: new Found('startedAt', 0), reason }] : [];
}
