import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Problem } from './errors/problem.js';
import { sendProblem } from './errors/problem.filter.js';
import { requestIdOf } from './limits/request-id.js';
import { refuseUnreadable } from './limits/unreadable.js';
import { parseStrictJson, parseStrictYaml } from './strict-json.js';

/** Longest path of a request, in characters. */
const MAX_PARAM_LENGTH = 512;

/** A request that takes longer to arrive is cut off, so that a drip of bytes holds no connection. In ms. */
const REQUEST_TIMEOUT = 60_000;

/** Fastify as this API needs it: our own reading of bodies. What it finds wrong reaches the filter like any error. */
export function createHttpAdapter(bodyLimit: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestIdHeader: false,
    genReqId: requestIdOf,
    clientErrorHandler: refuseUnreadable,
    requestTimeout: REQUEST_TIMEOUT,
    // A drain answers what is under way; keep-alive connections are told to go by `connection: close`.
    forceCloseConnections: 'idle',
    // A request that can't even be routed, such as one with a broken escape in its path.
    frameworkErrors: (err: Error, _: unknown, reply: FastifyReply) => sendProblem(reply, unroutable(err.message)),
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.url.includes('%00') ? new Problem(400, 'nul-character', 'NUL character', 'take %00 out') : undefined);
  });
  fastify.removeAllContentTypeParsers();
  const readAs = (parse: (body: Buffer) => unknown) => (_: unknown, body: Buffer, done: Done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      done(null, parse(body));
    } catch (err) {
      done(err as Error);
    }
  };
  for (const type of ['application/json', /^application\/[\w.-]+\+json/]) {
    fastify.addContentTypeParser(type, { parseAs: 'buffer' }, readAs(parseStrictJson));
  }
  fastify.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'],
    { parseAs: 'buffer' },
    readAs(parseStrictYaml),
  );
  return adapter;
}

type Done = (err: Error | null, body?: unknown) => void;

function unroutable(message: string): Problem {
  return new Problem(400, 'bad-request', 'Bad request', message);
}
