import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answering } from './answering.js';
import { serve } from './serve.js';

/**
 * What `app.use` of Express takes, and of whatever else speaks Connect's language.
 * @example
 * const handler: ExpressHandler = payment.express();
 * app.use('/payment', handler);
 */
export type ExpressHandler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Serves the participant, and hands other requests on. Below a mount, Express itself has cut the prefix off `url`.
 * @param prefix cut off as well; `''` or `/…`
 */
export function expressHandler(participant: Answering, prefix = ''): ExpressHandler {
  return (request, response, next) => {
    const { method = '', url = '/', headers } = request;
    const path = url.slice(prefix.length);
    const isOwn = url.startsWith(`${prefix}/`) && participant.isFor({ method, path, headers });
    if (isOwn) void serve(participant, request, response, path);
    else next();
  };
}
