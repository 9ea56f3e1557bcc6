import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Barrier } from '../../src/barrier/barrier.js';
import { memoryBarrier } from '../../src/barrier/memory-barrier.js';
import type { ParticipantRequest } from '../../src/participant/participant-options.js';
import { participant } from '../../src/participant/participant.js';
import type { Reply } from '../../src/participant/reply.js';
import { Later, Rejected } from '../../src/participant/results.js';
import { SECRET, signedCall, type CallPlan } from './signed-call.js';

const detailOf = ({ body }: Reply): string => (JSON.parse(body) as { detail: string }).detail;

describe('a call with odd headers', () => {
  let ran = 0;
  const open = participant().action('/value', () => {
    ran += 1;
  });

  const ODD: readonly (readonly [header: string, value: string | undefined])[] = [
    ['Idempotency-Key', undefined],
    ['Idempotency-Key', 'another/pay/action'],
    ['Idempotency-Key', 'pay'],
    ['Skald-Saga-Id', 'a b'],
    ['Skald-Saga-Id', 'x'.repeat(65)],
    ['Skald-Step', '../pay'],
    ['Skald-Operation', 'Action'],
    ['Skald-Operation', 'constructor'],
    ['Skald-Definition', 'order'],
    ['Skald-Definition', 'order@0'],
    ['Skald-Attempt', '0'],
    ['Skald-Attempt', '1, 1'],
    ['Skald-Seq', '-1'],
    ['Skald-Seq', '1e3'],
    ['Skald-Deadline', 'soon'],
    ['Skald-Deadline', '2026-13-01T00:00:00Z'],
    ['Skald-Callback-Url', 'file:///etc/passwd'],
    ['Skald-Callback-Url', '/callbacks'],
  ];

  it.each(ODD)('is answered 400 that names %s: %j', async (header, value) => {
    const reply = await open.handle(signedCall({ headers: { [header.toLowerCase()]: value } }));
    expect(reply.status).toBe(400);
    expect(detailOf(reply)).toContain(`${header} ${value === undefined ? 'is missing' : 'must be'}`);
    expect(ran).toBe(0);
  });

  it('hears of all of them at once', async () => {
    const reply = await open.handle(signedCall({ headers: { 'skald-seq': 'x', 'idempotency-key': undefined } }));
    expect(detailOf(reply)).toBe('Idempotency-Key is missing; Skald-Seq must be a whole number');
  });

  it('may leave out what is optional', async () => {
    const reply = await participant()
      .action('/value', (call) => {
        expect(() => call.callback()).toThrow('no Skald-Callback-Url');
        return call.deadline;
      })
      .handle(signedCall({ headers: { 'skald-deadline': undefined, 'skald-callback-url': undefined } }));
    expect(reply).toMatchObject({ status: 200, body: 'null' });
  });

  it('is of a saga, a step and an operation that agree with its key', async () => {
    for (const [header, value] of [
      ['skald-saga-id', randomUUID()],
      ['skald-step', 'other'],
      ['skald-operation', 'compensation'],
    ] as const) {
      const reply = await open.handle(signedCall({ headers: { [header]: value } }));
      expect([reply.status, detailOf(reply)]).toEqual([400, expect.stringContaining('of the same call')]);
    }
  });

  it('may be made by hand, with nothing but a key', async () => {
    const echo = participant().action('/value', ({ sagaId, step, operation, attempt, seq, definition }) => {
      return { sagaId, step, operation, attempt, seq, definition };
    });
    const reply = await echo.handle({
      method: 'POST',
      path: '/value',
      headers: { 'Idempotency-Key': 's1/pay/action' },
      body: Buffer.from('{}'),
    });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({
      sagaId: 's1',
      step: 'pay',
      operation: 'action',
      attempt: 1,
      seq: 1,
      definition: { name: 'unknown', version: 1 },
    });
  });

  it('is 405 if its method is none of Skald’s', async () => {
    for (const method of ['OPTIONS', 'HEAD', 'TRACE', '']) {
      expect((await open.handle({ ...signedCall(), method })).status).toBe(405);
    }
  });
});

describe('a body', () => {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const echo = participant({ secret: SECRET }).action('/value', ({ body }) =>
    isObject(body) && 'output' in body ? null : (body ?? 'none'),
  );

  it.each([
    ['no JSON', '{"a":'],
    ['nested 257 deep', deep(257)],
    ['nested 400,000 deep', deep(400_000)],
    ['with __proto__', '{"a":[{"__proto__":{"isAdmin":true}}]}'],
    ['with a number beyond all bounds', '{"a":1e999}'],
    ['with NUL', '{"a":"\\u0000"}'],
    ['with half a surrogate pair for a name', '{"\\ud800":1}'],
    ['that is not UTF-8', Buffer.of(0x22, 0xff, 0x22)],
    ['with a byte order mark', '\ufeff{}'],
  ])('%s is answered 400 and reaches no handler', async (_, body) => {
    const reply = await echo.handle(signedCall({ body }));
    expect({ status: reply.status, code: (JSON.parse(reply.body) as { code: string }).code }).toEqual({
      status: 400,
      code: 'unreadable-body',
    });
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it.each([
    ['nothing', '', '"none"'],
    ['a compensation of the deepest answer', `{"output":${deep(64)}}`, 'null'],
    ['other alphabets', '{"ключ":"値🎈"}', '{"ключ":"値🎈"}'],
    [
      'a name of Object',
      '{"constructor":{"prototype":1},"toString":2}',
      '{"constructor":{"prototype":1},"toString":2}',
    ],
  ])('may be %s', async (_, body, output) => {
    expect(await echo.handle(signedCall({ body }))).toMatchObject({ status: 200, body: output });
  });
});

describe('whatever comes', () => {
  it('is answered, never with a success that no handler gave, and never with a 404 if Skald may have sent it', async () => {
    let ran = 0;
    const target = participant({ secret: SECRET, onError: () => {} }).action('/a/:id', () => (ran += 1));
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const saga = randomUUID();
    const right = signedCall({ path: '/a/1', saga });
    const headers = fc
      .dictionary(fc.oneof(fc.constantFrom(...Object.keys(right.headers), '__proto__'), text), text, { maxKeys: 3 })
      .chain((odd) => fc.constantFrom(odd, { ...right.headers, ...odd }));
    const request: fc.Arbitrary<ParticipantRequest> = fc.record({
      method: fc.oneof(fc.constant('POST'), text),
      path: fc.oneof(fc.constant('/a/1'), fc.webPath(), text),
      headers,
      body: fc.oneof(fc.constant(right.body), fc.uint8Array({ maxLength: 100 })),
    });
    await fc.assert(
      fc.asyncProperty(request, async (each) => {
        const before = ran;
        const { status } = await target.handle(each);
        expect(status >= 200 && status < 300).toBe(ran > before);
        expect(status).not.toBe(404);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });

  it('is no 404 either where calls are not signed', async () => {
    const open = participant();
    expect((await open.handle(signedCall({ path: '/x', operation: 'compensation' }))).status).toBe(400);
    expect((await open.handle({ ...signedCall({ path: '/x' }), headers: { 'SKALD-Seq': '1' } })).status).toBe(400);
    expect((await open.handle({ ...signedCall({ path: '/x' }), headers: {} })).status).toBe(404);
  });
});

describe('a secret', () => {
  const call = (plan: CallPlan): Promise<number> =>
    participant({ secret: ['the-new-secret', SECRET] })
      .action('/value', () => 1)
      .handle(signedCall(plan))
      .then(({ status }) => status);

  it('may be replaced without a pause: both hold, and nothing else', async () => {
    expect(await call({ secret: 'the-new-secret' })).toBe(200);
    expect(await call({ secret: SECRET })).toBe(200);
    expect(await call({ secret: 'some-other-secret' })).toBe(401);
  });

  it('that is missing where one was meant stops the start', () => {
    expect(() => participant({ secret: process.env['NO_SUCH_VARIABLE'] })).toThrow('is a variable not set?');
    expect(() => participant({})).not.toThrow();
  });

  it('is not asked for twice: a call that was taken in time may be sent again within the tolerance only', async () => {
    const open = participant({ secret: SECRET, tolerance: '1m' }).action('/value', () => 1);
    expect((await open.handle(signedCall({ at: Date.now() - 50_000 }))).status).toBe(200);
    expect((await open.handle(signedCall({ at: Date.now() - 62_000 }))).status).toBe(401);
  });
});

describe('a participant', () => {
  it('refuses paths that are none, and a second handler', () => {
    const open = participant().action('/a/:id', () => 1);
    for (const path of ['', 'a', '/a/', '//', '/a?b', '/a#b', '/*', '/:', '/:a-b', '/:a/:a', '/a b']) {
      expect(() => open.action(path, () => 1)).toThrow(TypeError);
    }
    expect(() => open.action('/a/:id', () => 1)).toThrow('the action /a/:id has a handler already');
    expect(() => open.action('/a/:name', () => 1)).toThrow('the action /a/:name has a handler already');
    expect(() => open.compensation('/a/:name', () => 1)).toThrow('give its parts the same names');
    open.compensation('/a/:id', () => 1);
  });

  it('prefers the plainest path, whichever was registered first', async () => {
    const paths = ['/:a/:b', '/x/:b', '/:a/y', '/x/y'];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(paths, { minLength: 4 }), async (order) => {
        const open = participant();
        for (const path of order) open.action(path, ({ params }) => ({ path, params }));
        const to = async (path: string): Promise<unknown> => JSON.parse((await open.handle(signedCall({ path }))).body);
        expect(await to('/x/y')).toEqual({ path: '/x/y', params: {} });
        expect(await to('/x/z')).toEqual({ path: '/x/:b', params: { b: 'z' } });
        expect(await to('/z/y')).toEqual({ path: '/:a/y', params: { a: 'z' } });
        expect(await to('/z/z')).toEqual({ path: '/:a/:b', params: { a: 'z', b: 'z' } });
      }),
    );
  });

  it('says 503 when its barrier is away, in doubt and without a time: Skald’s own pauses grow', async () => {
    const told: unknown[] = [];
    const away: Barrier<undefined> = { guard: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3')) };
    const lost = participant({ barrier: away, onError: (error) => told.push(error) }).action('/value', () => 1);
    const reply = await lost.handle(signedCall());
    expect(reply.status).toBe(503);
    expect(reply.headers).not.toHaveProperty('retry-after');
    expect(JSON.stringify(reply)).not.toContain('10.1.2.3');
    expect(told).toHaveLength(1);
  });

  it('says 503 when the commit fails, though the handler has returned', async () => {
    const lost: Barrier<undefined> = {
      guard: async (_, work) => {
        await work(undefined);
        throw new Error('commit failed');
      },
    };
    const reply = await participant({ barrier: lost, onError: () => {} })
      .action('/value', () => 1)
      .handle(signedCall());
    expect(reply.status).toBe(503);
  });

  it('lets a no of a compensation be tried again once somebody has mended what stood in the way', async () => {
    let isOpen = false;
    const account = participant({ barrier: memoryBarrier() })
      .action('/value', () => 1)
      .compensation('/value', () => {
        if (!isOpen) throw new Rejected('the account is closed');
      });
    const saga = randomUUID();
    const undo = async (): Promise<number> =>
      (await account.handle(signedCall({ saga, operation: 'compensation' }))).status;
    await account.handle(signedCall({ saga }));
    expect(await undo()).toBe(409);
    isOpen = true;
    expect(await undo()).toBe(200);
  });

  it('rounds pauses up to whole seconds, one at least', async () => {
    const pauses = [0, 1, 999, 1_000, 1_001, 90_000];
    const reply = async (after: number): Promise<string | undefined> =>
      (
        await participant()
          .action('/value', () => Promise.reject(new Later(after)))
          .handle(signedCall())
      ).headers['retry-after'];
    expect(await Promise.all(pauses.map(reply))).toEqual(['1', '1', '1', '1', '2', '90']);
  });

  it('lives on when its listener for faults throws, or rejects', async () => {
    const written = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    try {
      for (const onError of [
        () => {
          throw new Error('listener');
        },
        () => Promise.reject(new Error('listener')),
      ]) {
        const reply = await participant({ onError })
          .action('/value', () => Promise.reject(new Error('handler')))
          .handle(signedCall());
        expect(reply.status).toBe(500);
        await new Promise(setImmediate);
      }
      const lines = written.mock.calls.map(([line]) => String(line));
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(line).toMatch(/^skald participant: [\w-]{36}\/pay\/action: Error: .+\n$/);
    } finally {
      written.mockRestore();
    }
  });
});
