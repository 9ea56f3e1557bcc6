import { FastifyAdapter } from '@nestjs/platform-fastify';
import { parseStrictJson, parseStrictYaml } from './strict-json.js';

/** Longest path of a request, in characters. */
const MAX_PARAM_LENGTH = 512;

/** Fastify as this API needs it: our own reading of bodies. What it finds wrong reaches the filter like any error. */
export function createHttpAdapter(bodyLimit: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestIdHeader: 'x-request-id',
    // A drain answers what is under way; keep-alive connections are told to go by `connection: close`.
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  const readAs = (parse: (text: string) => unknown) => (_: unknown, body: string, done: Done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      done(null, parse(body));
    } catch (err) {
      done(err as Error);
    }
  };
  for (const type of ['application/json', /^application\/[\w.-]+\+json/]) {
    fastify.addContentTypeParser(type, { parseAs: 'string' }, readAs(parseStrictJson));
  }
  fastify.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'],
    { parseAs: 'string' },
    readAs(parseStrictYaml),
  );
  return adapter;
}

type Done = (err: Error | null, body?: unknown) => void;
