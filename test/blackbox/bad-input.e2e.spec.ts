import { request } from 'node:http';
import type { Answer } from '../support/skald-api.js';
import { step } from '../support/workloads.js';
import { describeSkald } from './harness.js';

const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const NO_SAGA = '01890000-0000-7000-8000-000000000000';
const BASE = { name: 'bad-one', steps: [{ name: 'a', sleep: '1s' }] };

/** Every error has this shape, whatever went wrong and wherever. */
function expectProblem({ status, headers, body }: Answer, expected: number | readonly number[]): void {
  expect([expected].flat()).toContain(status);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code: expect.stringMatching(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/),
  });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\bat \w+ \(|postgres:\/\/|select .+ from/i);
}

describeSkald(
  'bad input',
  (skald) => {
    const text = (method: string, path: string, body: string, headers?: Record<string, string>) =>
      skald().api.request(method, path, body, headers);
    /** In these bodies `"d"` stands for a definition that exists: the rest has to be refused for its own sake. */
    let definition: string;
    beforeAll(async () => {
      definition = await skald().define([step('reserve')]);
    });
    const withDefinition = (body: string) => body.replace('"d"', JSON.stringify(definition));
    const start = (body: string) => text('POST', '/v1/sagas', withDefinition(body));

    it.each<[string, string, number | number[]]>([
      ['an unknown field', '{"definition":"d","input":{},"prioriy":1}', 400],
      ['a duplicate key', '{"definition":"d","definition":"e"}', 400],
      ['a duplicate key deep in the input', '{"definition":"d","input":{"a":{"b":1,"b":2}}}', 400],
      ['__proto__ as a key', '{"definition":"d","input":{"__proto__":{"admin":true}}}', 400],
      ['__proto__ at the top', '{"definition":"d","__proto__":{}}', 400],
      ['a NUL character', '{"definition":"d","input":{"a":"\\u0000"}}', 400],
      ['a NUL character in a key', '{"definition":"d","input":{"a\\u0000b":1}}', 400],
      ['JSON that is nested too deeply', `{"definition":"d","input":${nested(5_000)}}`, 400],
      ['NaN', '{"definition":"d","input":NaN}', 400],
      ['a number beyond all bounds', '{"definition":"d","input":1e999}', 400],
      ['text that is not JSON', 'definition=d', 400],
      ['nothing', '', 400],
      ['an array', '[]', 400],
      ['null', 'null', 400],
      ['a number for a definition', '{"definition":7}', 400],
      ['a definition that can not be one', '{"definition":"No Such Name"}', [400, 404, 422]],
      ['a definition that does not exist', '{"definition":"no-such-definition"}', [404, 422]],
      ['a version that is none', '{"definition":"d","version":0}', 400],
      ['a version in words', '{"definition":"d","version":"latest"}', 400],
      ['tags that are no object', '{"definition":"d","tags":["a"]}', 400],
      ['a tag that is no text', '{"definition":"d","tags":{"a":1}}', 400],
      ['a business key without end', `{"definition":"d","businessKey":"${'k'.repeat(10_000)}"}`, 400],
    ])('refuses a start with %s', async (_what, body, status) => expectProblem(await start(body), status));

    it('refuses a body over the limit', async () => {
      expectProblem(await start(`{"definition":"d","input":"${'x'.repeat(1_100_000)}"}`), 413);
    });

    it('refuses a content type that it does not read', async () => {
      expectProblem(await text('POST', '/v1/sagas', '<a/>', { 'content-type': 'text/xml' }), 415);
    });

    it('refuses a body that is no UTF-8', async () => {
      const port = new URL(skald().api.url).port;
      const status = await new Promise((settle, fail) => {
        const headers = { 'content-type': 'application/json' };
        const sent = request({ port, host: '127.0.0.1', path: '/v1/sagas', method: 'POST', headers }, (response) => {
          response.resume();
          settle(response.statusCode);
        });
        sent.once('error', fail);
        sent.end(
          Buffer.concat([
            Buffer.from(withDefinition('{"definition":"d","input":"')),
            Buffer.from([0xc3, 0x28]),
            Buffer.from('"}'),
          ]),
        );
      });
      expect(status).toBe(400);
    });

    it.each<[string, unknown, string]>([
      ['an unknown field', { ...BASE, retries: 3 }, '/retries'],
      [
        'an unknown field of a step',
        { ...BASE, steps: [{ name: 'a', sleep: '1s', tiemout: '1s' }] },
        '/steps/0/tiemout',
      ],
      ['no steps', { name: 'bad-one', steps: [] }, '/steps'],
      ['a bad name', { ...BASE, name: 'Bad One' }, '/name'],
      ['two steps of one name', { ...BASE, steps: [BASE.steps[0], BASE.steps[0]] }, '/steps/1/name'],
      ['an unknown step in after', { ...BASE, steps: [{ name: 'a', sleep: '1s', after: ['b'] }] }, '/steps/0/after'],
      [
        'a cycle',
        {
          ...BASE,
          steps: [
            { name: 'a', sleep: '1s', after: ['b'] },
            { name: 'b', sleep: '1s', after: ['a'] },
          ],
        },
        '/steps',
      ],
      ['a bad duration', { ...BASE, steps: [{ name: 'a', sleep: 'soon' }] }, '/steps/0/sleep'],
      ['nothing to undo with', { ...BASE, steps: [step('a', { compensation: undefined })] }, '/steps/0'],
      ['an expression that does not compile', { ...BASE, output: '{% input.( %}' }, '/output'],
      [
        'two pivots on one path',
        { ...BASE, steps: [step('a', { kind: 'pivot' }), step('b', { kind: 'pivot' })] },
        '/steps/1',
      ],
      [
        'a compensatable step after the pivot',
        { ...BASE, steps: [step('a', { kind: 'pivot' }), step('b', { kind: 'compensatable' })] },
        '/steps/1',
      ],
      ['a schema that does not compile', { ...BASE, input: { type: 'objekt' } }, '/input'],
    ])('refuses a definition with %s and points at it', async (_what, definition, pointer) => {
      const answer = await skald().api.post('/v1/definitions', definition);
      expectProblem(answer, [400, 422]);
      const pointers = (answer.body.errors as { pointer: string; detail: string }[]).map((error) => error.pointer);
      expect(pointers.filter((found) => found.startsWith(pointer))).not.toEqual([]);
    });

    it('names every problem of a definition at once', async () => {
      const steps = [
        { name: 'a b', sleep: 'soon' },
        { name: 'c', slepe: '1s' },
      ];
      const answer = await skald().api.post('/v1/definitions', { name: 'X', steps, colour: 'red' });
      expect(answer.body.errors.length).toBeGreaterThanOrEqual(5);
    });

    it.each([
      ['that does not parse', 'name: [unclosed'],
      ['with a duplicate key', 'name: a\nname: b\n'],
      [
        'with a bomb of aliases',
        [
          'a: &a [x,x,x,x,x,x,x,x]',
          ...Array.from(
            'bcdefghij',
            (c, i) =>
              `${c}: &${c} [${Array(9)
                .fill(`*${String.fromCharCode(97 + i)}`)
                .join()}]`,
          ),
        ].join('\n'),
      ],
      ['with a tag', 'name: !!js/function "function(){}"\n'],
      ['of two documents', 'name: a\n---\nname: b\n'],
      ['with NaN', 'name: a\ndeadline: .nan\n'],
    ])('refuses YAML %s', async (_what, yaml) => {
      expectProblem(await text('POST', '/v1/definitions', yaml, { 'content-type': 'application/yaml' }), [400, 422]);
    });

    it.each<[string, unknown, string]>([
      ['no endpoints', {}, '/endpoints'],
      ['an endpoint that is no URL', { endpoints: [{ url: 'payment:80' }] }, '/endpoints/0/url'],
      ['a file for an endpoint', { endpoints: [{ url: 'file:///etc/passwd' }] }, '/endpoints/0/url'],
      ['an endpoint with a password', { endpoints: [{ url: 'http://a:b@127.0.0.1/' }] }, '/endpoints/0/url'],
      ['the metadata service of a cloud', { endpoints: [{ url: 'http://169.254.169.254/' }] }, '/endpoints/0/url'],
      ['the metadata service in disguise', { endpoints: [{ url: 'http://[::ffff:a9fe:a9fe]/' }] }, '/endpoints/0/url'],
      ['an unknown field', { endpoints: [{ url: 'http://127.0.0.1:1' }], timeot: {} }, '/timeot'],
      ['a bad time-out', { endpoints: [{ url: 'http://127.0.0.1:1' }], timeout: { total: '-1s' } }, '/timeout/total'],
    ])('refuses a participant with %s and points at it', async (_what, participant, pointer) => {
      const answer = await skald().api.request('PUT', '/v1/participants/bad', participant);
      expectProblem(answer, [400, 422]);
      const pointers = (answer.body.errors as { pointer: string }[]).map((error) => error.pointer);
      expect(pointers.filter((found) => found.startsWith(pointer))).not.toEqual([]);
    });

    it.each<[string, string, string, number | number[]]>([
      ['a path that is none', 'GET', '/v1/nothing', 404],
      ['a saga that does not exist', 'GET', `/v1/sagas/${NO_SAGA}`, 404],
      ['the journal of a saga that does not exist', 'GET', `/v1/sagas/${NO_SAGA}/events`, 404],
      ['a saga id that is none', 'GET', '/v1/sagas/abc', [400, 404]],
      ['a saga id with a quote', 'GET', "/v1/sagas/'%20or%201=1--", [400, 404]],
      ['a definition that does not exist', 'GET', '/v1/definitions/nope', 404],
      ['a participant that does not exist', 'GET', '/v1/participants/nope', 404],
      ['a limit of nothing', 'GET', '/v1/sagas?limit=0', 400],
      ['a limit beyond the bound', 'GET', '/v1/sagas?limit=201', 400],
      ['a limit in words', 'GET', '/v1/sagas?limit=all', 400],
      ['a cursor that it did not give out', 'GET', '/v1/sagas?cursor=xyz', 400],
      ['a status that is none', 'GET', '/v1/sagas?status=done', 400],
      ['an unknown filter', 'GET', '/v1/sagas?stauts=running', 400],
      ['a time that is none', 'GET', '/v1/sagas?startedAfter=yesterday', 400],
      ['a verb that the path does not know', 'DELETE', `/v1/sagas/${NO_SAGA}`, [404, 405]],
      ['a broken escape', 'GET', '/v1/sagas/%E0%A4%A', [400, 404]],
    ])('answers %s with a problem', async (_what, method, path, status) => {
      expectProblem(await skald().api.request(method, path), status);
    });

    it.each<[string, string, unknown]>([
      ['cancel', `/v1/sagas/${NO_SAGA}/cancel`, { reason: 'x' }],
      ['signal', `/v1/sagas/${NO_SAGA}/signals/go`, {}],
    ])('does not %s a saga that does not exist', async (_what, path, body) => {
      expectProblem(await skald().api.post(path, body), 404);
    });

    it.each([
      ['without a status', {}],
      ['with a status that is none', { status: 'maybe' }],
      ['with an unknown field', { status: 'succeeded', outptu: 1 }],
    ])('refuses a callback %s', async (_what, body) => {
      const { api, participants } = skald();
      const id = await api.start(await skald().define([step('charge')]), {
        behave: { charge: { action: { status: 202 } } },
      });
      await api.sagaWhen(id, (saga) => saga.steps[0]!.status === 'waiting');
      const { callbackUrl } = (await participants.ledger(id)).calls[0]!;
      expectProblem(await api.post(new URL(callbackUrl).pathname, body), 400);
      expect((await api.saga(id)).steps[0]!.status).toBe('waiting');
    });

    it.each([
      ['empty', ''],
      ['longer than any', 'k'.repeat(300)],
    ])('refuses an idempotency key that is %s', async (_what, key) => {
      expectProblem(await skald().api.post('/v1/sagas', { definition: 'd' }, { 'idempotency-key': key }), 400);
    });

    it('rejects the step, and not more, when an expression fails for one input', async () => {
      const { api } = skald();
      const body = '{% $number(input.n) %}';
      const name = await skald().define([step('reserve'), step('charge', { action: { path: '/charge', body } })]);
      const id = await api.start(name, { n: 'seven' });
      const saga = await api.ended(id);
      expect(saga.status).toBe('compensated');
      expect(saga.steps[1]).toMatchObject({ status: 'rejected', error: { code: 'mapping-error' } });
      expect((await api.ended(await api.start(name, { n: '7' }))).status).toBe('completed');
    });
  },
  { both: false },
);
