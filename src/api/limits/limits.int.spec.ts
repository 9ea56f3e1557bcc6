import { connect } from 'node:net';
import { createLog } from '../../config/log.js';
import { readConfig } from '../../config/read-config.js';
import { startServer, type Server } from '../../server.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';

jest.setTimeout(60_000);

const SUBMITTER = 'the-key-of-a-submitter';
const VIEWER = 'the-key-of-some-viewer';

/** Ten in a window of ten seconds; each window may end while a test runs, so tests count from fresh callers. */
const LIMIT = 10;

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly code?: string; readonly errors?: readonly { readonly pointer: string }[] };
}

describe('limits of requests', () => {
  let database: FreshDatabase;
  let server: Server;

  beforeAll(async () => {
    database = await freshDatabase();
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_RATE_LIMIT: '1',
      SKALD_BODY_LIMIT: '8KiB',
      SKALD_API_KEYS: `submitter:${SUBMITTER},viewer:${VIEWER},admin:the-key-of-an-admin`,
    });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const ask = async (
    path: string,
    { key = VIEWER, ...init }: RequestInit & { key?: string } = {},
  ): Promise<Answered> => {
    const answer = await fetch(server.url + path, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answered['body'] };
  };

  it('stop a caller who has used them up, say when to come again, and leave all others alone', async () => {
    const answers: Answered[] = [];
    while (answers.length < 3 * LIMIT && answers.at(-1)?.status !== 429) answers.push(await ask('/v1/sagas?limit=1'));

    const last = answers.at(-1)!;
    expect(last).toMatchObject({ status: 429, body: { code: 'rate-limited', type: 'urn:skald:problem:rate-limited' } });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(last.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    expect(last.headers.get('ratelimit-policy')).toBe('"default";q=10;w=10');
    expect(last.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
    expect(answers[0]!.headers.get('ratelimit')).toMatch(/^"default";r=\d;t=\d+$/);

    expect((await ask('/v1/sagas?limit=1', { key: SUBMITTER })).status).toBe(200);
    expect((await ask('/health/live')).status).toBe(200);
    const callback = await ask('/v1/callbacks/no-token', { method: 'POST', body: '{"status":"succeeded"}' });
    expect(callback).toMatchObject({ status: 404, body: { code: 'unknown-callback' } });
  });

  it('can not be got round by writing the path in another way', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 3 * LIMIT; i++) statuses.add((await ask('/%761/sagas?limit=1', { key: SUBMITTER })).status);
    expect([...statuses].filter((status) => status !== 404)).toContain(429);
  });

  const refuse = (key: string, path: string, init: RequestInit = {}) =>
    ask(path, { ...init, key: 'the-key-of-an-admin', headers: { 'x-case': key } });

  it.each<[what: string, path: string, init: RequestInit, status: number, code: string, pointer?: string]>([
    ['a page too large', '/v1/sagas?limit=201', {}, 400, 'invalid-request', '/limit'],
    [
      'a text too long',
      '/v1/sagas',
      { method: 'POST', body: `{"definition":"a","businessKey":"${'x'.repeat(256)}"}` },
      400,
      'invalid-request',
      '/businessKey',
    ],
    [
      'too many tags',
      '/v1/sagas',
      { method: 'POST', body: JSON.stringify({ definition: 'a', tags: tags(33) }) },
      400,
      'invalid-request',
      '/tags',
    ],
    [
      'nesting too deep',
      '/v1/sagas',
      { method: 'POST', body: '['.repeat(65) + ']'.repeat(65) },
      400,
      'json-too-deep',
      '',
    ],
    [
      'a field of every object',
      '/v1/sagas',
      { method: 'POST', body: '{"constructor":{}}' },
      400,
      'invalid-request',
      '/constructor',
    ],
  ])('name what is wrong: %s', async (what, path, init, status, code, pointer) => {
    const answer = await refuse(what, path, init);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    if (pointer !== undefined) expect(answer.body.errors?.map((one) => one.pointer)).toEqual([pointer]);
  });

  it.each<[what: string, request: string, status: number, code: string]>([
    [
      'header fields too large',
      `GET /v1/sagas HTTP/1.1\r\nhost: x\r\nx-filler: ${'f'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['a URL too long', `GET /v1/sagas?x=${'f'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, 'headers-too-large'],
    [
      'a body too large',
      `POST /v1/sagas HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n${'x'.repeat(9_000)}`,
      413,
      'body-too-large',
    ],
    ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'bad-request'],
  ])('answer %s with a problem, on a connection that is closed then', async (_, request, status, code) => {
    const text = await exchange(Number(new URL(server.url).port), request);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain('content-type: application/problem+json');
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
  });
});

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
}

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}
