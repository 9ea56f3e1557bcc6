import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../access/caller.js';
import { Problem } from '../errors/problem.js';
import type { Allowances, Standing } from './allowances.js';

export const ALLOWANCES = Symbol('allowances');

/** Length of a window, in seconds: a caller may use up its share of it at once. */
export const WINDOW_SECONDS = 10;

/** Participants of one address share a limit of their own; many of them may live behind one. */
const CALLBACKS = '/v1/callbacks/';

/**
 * Each caller has its limit on `/v1`, so that one who asks too much does not take the others' share. Participants who
 * report a result have another one, by their address: no caller's zeal ever turns a callback away. Probes have none.
 */
@Injectable()
export class RateGuard implements CanActivate {
  constructor(@Inject(ALLOWANCES) private readonly allowances: Allowances | null) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    // The route, not the URL: that may be written in more than one way.
    const route = request.routeOptions.url ?? '';
    if (this.allowances === null || !route.startsWith('/v1/')) return true;
    const reply = http.getResponse<FastifyReply>();
    const { limit } = this.allowances;
    const standing = this.allowances.count(
      route.startsWith(CALLBACKS) ? `callbacks:${request.ip}` : callerOf(request).actor,
    );
    return standing instanceof Promise
      ? standing.then((settled) => decide(settled, limit, reply))
      : decide(standing, limit, reply);
  }
}

/** Header fields as the IETF has them (draft-ietf-httpapi-ratelimit-headers). */
function decide({ isAllowed, remaining, endsInMs }: Standing, limit: number, reply: FastifyReply): boolean {
  const seconds = Math.max(1, Math.ceil(endsInMs / 1_000));
  void reply.header('ratelimit-policy', `"default";q=${limit};w=${WINDOW_SECONDS}`);
  void reply.header('ratelimit', `"default";r=${remaining};t=${seconds}`);
  if (isAllowed) return true;
  const detail = `you have made the ${limit} requests that ${WINDOW_SECONDS} s allow: go on in ${seconds} s`;
  throw new Problem(429, 'rate-limited', 'Too many requests', detail, { retryAfter: seconds });
}
