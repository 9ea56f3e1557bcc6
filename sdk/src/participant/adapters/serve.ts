import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Answering } from './answering.js';
import type { Reply } from '../reply.js';
import { readBody, TOO_LONG } from './read-body.js';

/** What servers and platforms keep of a body that they have read. */
type ReadRequest = IncomingMessage & { readonly rawBody?: unknown };

const BODY_IS_GONE =
  "the call's body was read before it came here, and its signature is over its bytes: " +
  'mount the participant before express.json() and other body parsers, or let them keep the bytes as request.rawBody';

/** Answers a request of Node's own kind, if its caller still listens. */
export async function serve(
  participant: Answering,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  try {
    const reply = await replyTo(participant, request, response, path);
    if (!reply || response.headersSent || response.destroyed) return;
    response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
    response.end(reply.body);
  } catch (error) {
    participant.fault(error);
    response.destroy();
  }
}

/** @returns `null` if the caller hung up before all was said */
async function replyTo(
  participant: Answering,
  request: ReadRequest,
  response: ServerResponse,
  path: string,
): Promise<Reply | null> {
  const signal = hangUpSignal(response);
  const body = await bodyOf(request, participant.maxBodyBytes);
  if (body === null) return null;
  if (body === TOO_LONG) return participant.tooLong();
  if (body === undefined) return participant.fault(new Error(BODY_IS_GONE));
  return participant.handle({ method: request.method ?? '', path, headers: request.headers, body, signal });
}

/** `undefined`: somebody else has read it. `null`: the caller hung up. */
async function bodyOf(
  request: ReadRequest,
  most: number,
): Promise<Awaited<ReturnType<typeof readBody>> | undefined | null> {
  if (request.rawBody instanceof Uint8Array) return Buffer.from(request.rawBody);
  if (request.readableDidRead) return undefined;
  return readBody(request, most).catch(() => null);
}

/** Aborted when the connection closes before the answer is out. */
export function hangUpSignal(response: Writable): AbortSignal {
  const hangUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort(new Error('the caller hung up'));
  });
  return hangUp.signal;
}
