import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { API_ROLES, type ApiRole } from '../../config/api-key.js';
import { Config } from '../../config/config.js';
import { Problem } from '../errors/problem.js';
import { ACCESS } from './access.js';
import { rememberCaller } from './caller.js';

/** Lets a request through when its key has the role that the route asks for. A route that asks for none is a bug. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly keys: readonly { readonly role: ApiRole; readonly hash: Buffer }[];

  constructor(
    private readonly reflector: Reflector,
    config: Config,
  ) {
    this.keys = config.apiKeys.map(({ role, secret }) => ({ role, hash: sha256(secret) }));
  }

  canActivate(context: ExecutionContext): boolean {
    const needed = this.reflector.getAllAndOverride<ApiRole | 'public' | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === undefined)
      throw new Error(`${context.getClass().name}.${context.getHandler().name} has no access rule`);
    // Without a key the server listens on loopback only (contract §5): whoever is there is its operator.
    if (needed === 'public' || this.keys.length === 0) return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const role = this.roleOf(request);
    if (role === null) {
      const detail = 'send Authorization: Bearer <api key>, with a key that this server knows';
      throw new Problem(401, 'unauthenticated', 'Who are you?', detail);
    }
    if (API_ROLES.indexOf(role) < API_ROLES.indexOf(needed)) {
      throw new Problem(403, 'forbidden', 'Not allowed', `this needs the role ${needed}; the key has the role ${role}`);
    }
    rememberCaller(request, { actor: `env:${role}`, role });
    return true;
  }

  private roleOf(request: FastifyRequest): ApiRole | null {
    const [scheme, secret] = request.headers.authorization?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || !secret) return null;
    const hash = sha256(secret);
    return this.keys.find((key) => timingSafeEqual(key.hash, hash))?.role ?? null;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
