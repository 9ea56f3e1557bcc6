import type { Readable, Writable } from 'node:stream';
import { speaksAsSkald } from '../call-headers.js';
import type { Answering } from './answering.js';
import { readBody, TOO_LONG } from './read-body.js';
import { hangUpSignal } from './serve.js';

/** What is used of a Fastify request. */
interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: Readable;
  readonly is404: boolean;
  readonly body?: unknown;
}

/** What is used of a Fastify reply. */
interface Response {
  readonly raw: Writable;
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

type Handler = (request: Request, response: Response) => Promise<unknown>;

/** What is used of a Fastify instance. */
export interface FastifyContext {
  readonly prefix: string;
  register(plugin: (context: FastifyContext) => Promise<void>, options: { readonly prefix: string }): unknown;
  addHook(name: 'onRequest', hook: Handler): unknown;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    options: { readonly bodyLimit?: number },
    parser: (request: Request, body: Readable) => Promise<unknown>,
  ): unknown;
  post(path: string, handler: Handler): unknown;
}

/**
 * What `app.register` of Fastify takes.
 * @example
 * const plugin: FastifyPlugin = payment.fastify();
 * await app.register(plugin, { prefix: '/payment' });
 */
export type FastifyPlugin = (context: FastifyContext, options: { readonly prefix?: string }) => Promise<void>;

/** Not a context of its own: whoever registers it gets its hook. */
const SKIP_OVERRIDE = Symbol.for('skip-override');

/** One route per path, in a context whose only body parser keeps the bytes, and a hook for calls that have no route. */
export function fastifyPlugin(participant: Answering): FastifyPlugin {
  const plugin: FastifyPlugin = async (outer, { prefix = '' }) => {
    const root = outer.prefix + prefix.replace(/\/$/, '');
    const handle = async (request: Request, response: Response, body: unknown): Promise<unknown> => {
      const { method, headers, url } = request;
      const reply =
        body === TOO_LONG
          ? participant.tooLong()
          : await participant.handle({
              method,
              path: url.slice(root.length),
              headers,
              body: body instanceof Uint8Array ? body : new Uint8Array(),
              signal: hangUpSignal(response.raw),
            });
      response.code(reply.status);
      response.headers(reply.headers);
      response.send(reply.body);
      return response;
    };

    // Left to the app, it would be answered 404, which to a compensation means that there is nothing to undo.
    outer.addHook('onRequest', async (request, response) => {
      const isLost = request.is404 && speaksAsSkald(request.headers) && isBelow(root, request.url);
      return isLost ? handle(request, response, await readBody(request.raw, participant.maxBodyBytes)) : undefined;
    });
    await outer.register(
      async (own) => {
        own.removeAllContentTypeParsers();
        own.addContentTypeParser('*', {}, (_, body) => readBody(body, participant.maxBodyBytes));
        for (const path of participant.paths.map(escaped))
          own.post(path, (request, response) => handle(request, response, request.body));
      },
      { prefix },
    );
  };
  return Object.assign(plugin, { [SKIP_OVERRIDE]: true });
}

function isBelow(root: string, url: string): boolean {
  return url.startsWith(`${root}/`);
}

/** A colon within a segment is a colon; Fastify wants to be told. */
function escaped(path: string): string {
  return path.replace(/(?<=[^/]):/g, '::');
}
