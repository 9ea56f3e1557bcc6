import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOG, type Log } from '../../config/log.js';
import { asProblem } from './as-problem.js';
import { bodyOf, Problem } from './problem.js';

/** Every error leaves as `application/problem+json` (RFC 9457); bugs are logged whole and shown as a number to ask for. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(err: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    sendProblem(http.getResponse<FastifyReply>(), this.read(err, request));
  }

  private read(err: unknown, request: FastifyRequest): Problem {
    const problem = asProblem(err);
    if (problem) return problem;
    // The route, not the URL: that may hold business data, or be a capability like a callback's.
    const { method, routeOptions } = request;
    this.log.error({ err, requestId: request.id, method, route: routeOptions.url }, 'a request met a bug');
    return new Problem(
      500,
      'internal-error',
      'Internal error',
      `this is a bug; the log has it under request ${request.id}`,
    );
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (reply.sent) return;
  const { retryAfter } = problem.more;
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(bodyOf(problem)));
}
