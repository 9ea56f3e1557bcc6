import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { API_ROLES, type ApiRole } from '../../config/api-key.js';
import { Config } from '../../config/config.js';
import { KeyDirectory } from '../../engine/key-directory.js';
import { Problem } from '../errors/problem.js';
import { ACCESS } from './access.js';
import { ANONYMOUS_ADMIN, type Caller, rememberCaller } from './caller.js';
import { EnvironmentKeys } from './environment-keys.js';
import { IssuerTokens } from './issuer-tokens.js';
import { StoredKeys } from './stored-keys.js';
import { unauthenticated } from './unauthenticated.js';

/** Lets a request through when its caller has the role that the route asks for. A route that asks for none is a bug. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly config: Config,
    private readonly directory: KeyDirectory,
    private readonly environmentKeys: EnvironmentKeys,
    private readonly storedKeys: StoredKeys,
    private readonly tokens: IssuerTokens,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<ApiRole | 'public' | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === undefined)
      throw new Error(`${context.getClass().name}.${context.getHandler().name} has no access rule`);
    if (needed === 'public') return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.isOpen() ? whoeverIsHere(request) : await this.callerOf(request);
    if (API_ROLES.indexOf(caller.role) < API_ROLES.indexOf(needed)) {
      const detail = `this needs the role ${needed}; the key has the role ${caller.role}`;
      throw new Problem(403, 'forbidden', 'Not allowed', detail);
    }
    rememberCaller(request, caller);
    return true;
  }

  /** Without any key the server listens on loopback only (contract §5): whoever is there is its operator. */
  private isOpen(): boolean {
    return !this.config.isGuarded && !this.config.needsStoredKey && this.directory.isEmpty;
  }

  private async callerOf(request: FastifyRequest): Promise<Caller> {
    const [scheme, credential] = request.headers.authorization?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || !credential)
      throw unauthenticated('send Authorization: Bearer <api key>, with a key that this server knows');
    const caller =
      this.environmentKeys.callerWith(credential) ??
      (await this.storedKeys.callerWith(credential)) ??
      (await this.tokens.callerWith(credential));
    if (!caller) throw unauthenticated('this server does not know this key: it may be wrong, or revoked');
    return caller;
  }
}

/** Names under which a server that listens on loopback is asked by whoever is there. */
const LOOPBACK = /^((.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * A web page may have its own name resolve to 127.0.0.1 and make its visitors' browsers ask this server in its name (DNS
 * rebinding). The browser then says so in `Host`.
 */
function whoeverIsHere(request: FastifyRequest): Caller {
  const host = request.headers.host ?? '';
  if (LOOPBACK.test(host)) return ANONYMOUS_ADMIN;
  const detail =
    'without any API key this server answers to localhost and loopback addresses only, not to the name in Host: ' +
    'configure a key (SKALD_API_KEYS), or ask it by http://127.0.0.1';
  throw new Problem(403, 'foreign-host', 'Not by this name', detail);
}
