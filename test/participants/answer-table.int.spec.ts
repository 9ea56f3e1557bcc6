import type { OutgoingHttpHeaders } from 'node:http';
import { ParticipantClient } from '../../src/participants/participant-client.js';
import type { Operation } from '../../src/saga/definition.js';
import { callOf, openGuard, participantAt, serve, type Served } from './loopback.js';

/** What the server answers: status, body, headers. */
type Given = readonly [status: number, body?: string, headers?: OutgoingHttpHeaders];

/** `kind`, then what tells it apart: the output, the effect and the wait, or the code. */
type Expected = readonly unknown[];

const JSON_TYPE = { 'content-type': 'application/json' };
const rejected = (code: string): Expected => ['rejected', code];
const inDoubt = (code: string, wait?: number): Expected => ['failed', 'in-doubt', code, wait];
const harmless = (code: string, wait?: number): Expected => ['failed', 'none', code, wait];

/** Contract §3: what an answer means to an action, and to a compensation where that differs. */
const TABLE: readonly (readonly [Given, Expected, Expected?])[] = [
  [
    [200, '{"id":"r-1"}', JSON_TYPE],
    ['succeeded', { id: 'r-1' }],
  ],
  [
    [201, '{"id":1}', { 'content-type': 'application/vnd.shop+json; charset=utf-8' }],
    ['succeeded', { id: 1 }],
  ],
  [
    [200, 'null', JSON_TYPE],
    ['succeeded', null],
  ],
  [
    [200, '"done"', JSON_TYPE],
    ['succeeded', 'done'],
  ],
  [
    [200, '{"id":1}', {}],
    ['succeeded', { id: 1 }],
  ],
  [
    [200, ''],
    ['succeeded', null],
  ],
  [[204], ['succeeded', null]],
  [
    [299, '[1]', JSON_TYPE],
    ['succeeded', [1]],
  ],
  [[202, 'later', { 'content-type': 'text/plain' }], ['accepted']],
  [[200, '<html>', { 'content-type': 'text/html' }], inDoubt('unreadable-answer')],
  [[200, '{"id":', JSON_TYPE], inDoubt('unreadable-answer')],
  [[200, '{"__proto__":{}}', JSON_TYPE], inDoubt('unreadable-answer')],
  [[200, '{"a":"\\u0000"}', JSON_TYPE], inDoubt('unreadable-answer')],
  [[301, '', { location: '/elsewhere' }], rejected('redirect-refused')],
  [[302, '', { location: '/elsewhere' }], rejected('redirect-refused')],
  [[303, '', { location: '/result' }], inDoubt('redirect-refused')],
  [[307, '', { location: '/elsewhere' }], rejected('redirect-refused')],
  [[400], rejected('http-400')],
  [[401], harmless('http-401')],
  [[403], harmless('http-403')],
  [[404], rejected('http-404'), ['succeeded', null]],
  [[405], rejected('http-405')],
  [[406], rejected('http-406')],
  [[407], harmless('http-407')],
  [[408], inDoubt('http-408')],
  [[409, '{"message":"out of stock"}', JSON_TYPE], rejected('http-409')],
  [[410], rejected('http-410'), ['succeeded', null]],
  [[413], rejected('http-413')],
  [[414], rejected('http-414')],
  [[415], rejected('http-415')],
  [[418], rejected('http-418')],
  [[422], rejected('http-422')],
  [[425], harmless('http-425')],
  [[429], harmless('http-429')],
  [[429, '', { 'retry-after': '7' }], harmless('http-429', 7_000)],
  [[429, '', { 'retry-after': '1e9' }], harmless('http-429', 3_600_000)],
  [[429, '', { 'retry-after': '-5' }], harmless('http-429')],
  [[500], inDoubt('http-500')],
  [[502], inDoubt('http-502')],
  [[503], inDoubt('http-503')],
  [[503, '', { 'retry-after': '2' }], inDoubt('http-503', 2_000)],
  [[504], inDoubt('http-504')],
];

const CASES = TABLE.flatMap(([given, toAction, toCompensation = toAction]) => [
  { given, operation: 'action' as const, expected: toAction },
  { given, operation: 'compensation' as const, expected: toCompensation },
]);

describe('how an answer is read', () => {
  let given: Given = [200];
  let server: Served;
  const client = new ParticipantClient(openGuard);

  beforeAll(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        const [status, body, headers] = given;
        response.writeHead(status, headers).end(body);
      });
    });
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  it.each(CASES.map((each) => [describeGiven(each.given), each.operation, each.expected[0], each]))(
    '%s to the %s is %s',
    async (...[, , , { given: answer, operation, expected }]) => {
      given = answer;
      expect(await outcome(operation)).toEqual(expected.filter((part) => part !== undefined));
    },
  );

  it('is changed by the rows that the participant overrides, and by no others', async () => {
    const answers = {
      action: { '409': 'retry', '5xx': 'rejected', '2xx': 'rejected' },
      compensation: { '4xx': 'compensated' },
    };
    const read = (status: number, operation: Operation): Promise<unknown[]> => {
      given = [status];
      return outcome(operation, answers);
    };
    expect(await read(409, 'action')).toEqual(['failed', 'none', 'http-409']);
    expect(await read(500, 'action')).toEqual(['rejected', 'http-500']);
    expect(await read(200, 'action')).toEqual(['rejected', 'http-200']);
    expect(await read(202, 'action')).toEqual(['accepted']);
    expect(await read(422, 'action')).toEqual(['rejected', 'http-422']);
    expect(await read(422, 'compensation')).toEqual(['succeeded', null]);
    expect(await read(500, 'compensation')).toEqual(['failed', 'in-doubt', 'http-500']);
  });

  async function outcome(operation: Operation, answers: object = {}): Promise<unknown[]> {
    const reply = await client.send(callOf(participantAt(server.url, { answers }), { operation }));
    switch (reply.kind) {
      case 'succeeded':
        return [reply.kind, reply.output];
      case 'accepted':
        return [reply.kind];
      case 'rejected':
        return [reply.kind, reply.error.code];
      case 'failed':
        return [reply.kind, reply.effect, reply.error.code, reply.retryAfter].filter((part) => part !== undefined);
      case 'refused':
        return [reply.kind, reply.by];
      case 'degraded':
        return [reply.kind, reply.standIn.by];
    }
  }
});

function describeGiven([status, body, headers = {}]: Given): string {
  return [status, body, ...Object.entries(headers).map(([name, value]) => `(${name}: ${String(value)})`)]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}
