import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answering } from './answering.js';
import { serve } from './serve.js';

/**
 * What `http.createServer` takes.
 * @example
 * const listener: NodeListener = payment.node();
 * http.createServer((request, response) =>
 *   request.url === '/health' ? response.end('ok') : listener(request, response),
 * );
 */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves nothing but the participant. */
export function nodeListener(participant: Answering): NodeListener {
  return (request, response) => void serve(participant, request, response, request.url ?? '/');
}
