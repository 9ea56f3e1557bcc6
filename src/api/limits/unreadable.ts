import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { bodyOf, Problem } from '../errors/problem.js';

/** Node's own limit of the request line and all header fields together, in bytes. */
const MAX_HEADER = 16_384;

/** What is wrong with a request that could not be read as HTTP, by the word that Node has for it. */
export function unreadable(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(
        431,
        'headers-too-large',
        'Headers too large',
        `the URL and the header fields together have more than ${MAX_HEADER} bytes: send less`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'request-timeout', 'Request timeout', 'the request did not arrive whole in time');
    default:
      return new Problem(400, 'bad-request', 'Bad request', 'this is not HTTP as it should be');
  }
}

/** Answers on the bare connection, because there is no request to answer to, and closes it. */
export function refuseUnreadable(err: Error & { readonly code?: string }, socket: Socket): void {
  if (err.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = unreadable(err.code);
  const body = JSON.stringify(bodyOf(problem));
  if (socket.writable) {
    socket.write(
      [
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
        'content-type: application/problem+json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroySoon();
}
