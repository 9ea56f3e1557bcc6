import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { ParticipantClient } from '../../src/participants/participant-client.js';
import type { Reply } from '../../src/saga/reply.js';
import { ANSWERED, callOf, openGuard, participantAt, resolvers, serve, serveRaw, type Served } from './loopback.js';

/** The time of an attempt, where it has to run out: long enough for a busy machine to get the request out. */
const TOTAL = 800;

/** The time of an attempt where something else ends it. */
const PATIENT = 10_000;

jest.setTimeout(30_000);

describe('a hostile participant', () => {
  const servers: Served[] = [];
  let client: ParticipantClient;

  beforeEach(() => {
    client = new ParticipantClient(openGuard);
  });
  afterEach(async () => {
    await client.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('that never answers costs no more than the time of the attempt', async () => {
    const { reply, took } = await askHttp(() => undefined, TOTAL);
    expectInDoubt(reply, 'timeout');
    expectInTime(took);
  });

  it('that drips a byte at a time does not keep an attempt alive', async () => {
    const { reply, took } = await askHttp((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    }, TOTAL);
    expectInDoubt(reply, 'timeout');
    expectInTime(took);
  });

  it('that drips its headers does not keep an attempt alive', async () => {
    const { reply, took } = await askRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-drip: ');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    }, TOTAL);
    expectInDoubt(reply, 'timeout');
    expectInTime(took);
  });

  it('that sends interim answers for ever does not keep an attempt alive', async () => {
    const { reply, took } = await askRaw((socket) => {
      const hints = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(hints));
    }, TOTAL);
    expectInDoubt(reply, 'timeout');
    expectInTime(took);
  });

  it('that announces 100 MB is cut off before the first of them', async () => {
    const { reply, took } = await askHttp((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 104_857_600 }).flushHeaders();
    });
    expectInDoubt(reply, 'oversized-answer');
    expect(took).toBeLessThan(PATIENT);
  });

  it('that takes too long does not keep its connection', async () => {
    const { promise: isClosed, resolve: close } = resolvers();
    const { reply } = await askHttp((request) => request.socket.on('close', close), TOTAL);
    expectInDoubt(reply, 'timeout');
    await isClosed;
  });

  it('that sends 100 MB without announcing them is cut off at the limit', async () => {
    let sent = 0;
    const { reply } = await askHttp((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      pour(response, (bytes) => (sent += bytes));
    });
    expectInDoubt(reply, 'oversized-answer');
    expect(sent).toBeLessThan(32 * 1_048_576);
  });

  it('that explains a refusal at the length of 100 MB has still refused', async () => {
    const { reply } = await askHttp((_, response) => {
      response.writeHead(409, { 'content-type': 'text/plain' });
      pour(response, () => undefined);
    });
    expect(reply).toMatchObject({ kind: 'rejected', error: { code: 'http-409' } });
    expect((reply as { error: { message: string } }).error.message.length).toBeLessThanOrEqual(300);
  });

  it('that sends a gzip bomb has it left unopened', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, '0'));
    const before = process.memoryUsage().arrayBuffers;
    const { reply } = await askHttp((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
    });
    expectInDoubt(reply, 'unreadable-answer');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  it('that sends headers without end is cut off', async () => {
    const { reply, took } = await askRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const flood = setInterval(() => socket.write(`x-more: ${'x'.repeat(1000)}\r\n`.repeat(4)), 1);
      socket.on('close', () => clearInterval(flood));
    });
    expectInDoubt(reply, 'oversized-headers');
    expect(took).toBeLessThan(PATIENT);
  });

  it('that sends a page instead of JSON has not said that it is done', async () => {
    const { reply } = await askHttp((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    );
    expectInDoubt(reply, 'unreadable-answer');
  });

  it('that redirects to a metadata address is not followed', async () => {
    let hits = 0;
    const { reply } = await askHttp((_, response) => {
      hits += 1;
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    expect(reply).toMatchObject({ kind: 'rejected', error: { code: 'redirect-refused' } });
    expect(hits).toBe(1);
  });

  it.each([
    ['a chunked body', 'transfer-encoding: chunked\r\n\r\n8\r\n{"id":1}\r\n'],
    ['a chunked body within a chunk', 'transfer-encoding: chunked\r\n\r\n20\r\n{"id":1}'],
    ['a body of known length', 'content-length: 20\r\n\r\n{"id":1}'],
    ['the headers', 'content-type: appl'],
  ])('that cuts %s has not said that it is done', async (_, rest) => {
    const { reply } = await askRaw((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${rest}`);
    });
    expectInDoubt(reply, 'connection-reset');
  });

  it.each([
    ['closes the connection', (socket: Socket) => socket.end()],
    ['resets the connection', (socket: Socket) => socket.resetAndDestroy()],
  ])('that takes the request and %s leaves it in doubt', async (_, leave) => {
    const { reply } = await askRaw(leave);
    expectInDoubt(reply, 'connection-reset');
  });

  it.each([
    ['another protocol', 'malformed-answer', '220 mail.example ESMTP\r\n'],
    ['a bad chunk', 'malformed-answer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['two lengths', 'connection-reset', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    [
      'two framings',
      'connection-reset',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
  ])('that answers with %s leaves it in doubt', async (_, code, answer) => {
    const { reply } = await askRaw((socket) => socket.write(answer));
    expectInDoubt(reply, code);
  });

  it('that answers before it is asked, or twice, does not lend its words to the next call', async () => {
    const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n';
    const server = await track(
      serveRaw((socket) => socket.once('data', () => socket.write(`${answer}{"n":1}${answer}{"n":2}`))),
    );
    const participant = participantAt(server.url, { timeout: { total: `${PATIENT}ms` } });
    expect(await client.send(callOf(participant))).toEqual({ call: ANSWERED, kind: 'succeeded', output: { n: 1 } });
    const next = await client.send(callOf(participant));
    expect(next).toEqual({ call: ANSWERED, kind: 'succeeded', output: { n: 1 } });
    expect(server.connections()).toBe(2);
  });

  it('does not get in the way of its neighbours', async () => {
    let heard = 0;
    const mute = await track(serve(() => void (heard += 1)));
    const silent = participantAt(mute.url, { timeout: { connect: '5s', total: '3s' } });
    const healthy = participantAt((await track(serve((_, response) => response.end('1')))).url);
    const waiting = Array.from({ length: 300 }, () => client.send(callOf(silent)));
    const startedAt = performance.now();
    expect(await client.send(callOf(healthy))).toEqual({ call: ANSWERED, kind: 'succeeded', output: 1 });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    const replies = await Promise.all(waiting);
    // More calls than connections: what never got one was not sent, so it is no attempt and leaves nothing in doubt.
    expect(replies.filter(({ kind }) => kind === 'refused')).toEqual(
      Array(300 - 256).fill({ kind: 'refused', by: 'connections', wait: 1_000 }),
    );
    expect(replies.filter((reply) => reply.kind === 'failed' && reply.effect === 'in-doubt')).toHaveLength(heard);
  });

  it('that is gone is known to be gone by all who wait for a connection', async () => {
    const server = await serve(() => undefined);
    await server.close();
    const participant = participantAt(server.url, { timeout: { connect: '10s', total: '30s' } });
    const replies = await Promise.all(Array.from({ length: 300 }, () => client.send(callOf(participant))));
    expect(new Set(replies.map((reply) => reply.kind === 'failed' && reply.error.code))).toEqual(
      new Set(['connection-refused']),
    );
  });

  it('that never lets a connection come about is not mistaken for a crowd of ours', async () => {
    const url = (await track(serveRaw(() => undefined))).url.replace('http:', 'https:');
    const participant = participantAt(url, { timeout: { connect: '10s', total: '300ms' } });
    const replies = await Promise.all(Array.from({ length: 256 }, () => client.send(callOf(participant))));
    replies.push(await client.send(callOf(participant)));
    expect(new Set(replies.map((reply) => reply.kind === 'failed' && reply.error.code))).toEqual(
      new Set(['connect-timeout']),
    );
  });

  async function track(starting: Promise<Served>): Promise<Served> {
    const server = await starting;
    servers.push(server);
    return server;
  }

  async function askHttp(listener: RequestListener, total = PATIENT): Promise<{ reply: Reply; took: number }> {
    return ask(
      await track(serve((request, response) => request.resume().on('end', () => listener(request, response)))),
      total,
    );
  }

  async function askRaw(onRequest: (socket: Socket) => void, total = PATIENT): Promise<{ reply: Reply; took: number }> {
    return ask(await track(serveRaw((socket) => socket.once('data', () => onRequest(socket)))), total);
  }

  async function ask(server: Served, total: number): Promise<{ reply: Reply; took: number }> {
    const startedAt = performance.now();
    const reply = await client.send(callOf(participantAt(server.url, { timeout: { total: `${total}ms` } })));
    return { reply, took: performance.now() - startedAt };
  }
});

function pour(response: Parameters<RequestListener>[1], count: (bytes: number) => void): void {
  const chunk = Buffer.alloc(262_144, '1');
  let left = 400;
  const more = (): void => {
    while (left-- > 0 && !response.destroyed) {
      count(chunk.length);
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', more);
  response.on('error', () => undefined);
  more();
}

function expectInDoubt(reply: Reply, code: string): void {
  expect(reply).toMatchObject({ kind: 'failed', effect: 'in-doubt', error: { code } });
}

function expectInTime(took: number): void {
  expect(took).toBeGreaterThanOrEqual(TOTAL - 5);
  expect(took).toBeLessThan(TOTAL + 2_000);
}
