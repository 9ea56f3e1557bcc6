import type { FastifyRequest } from 'fastify';
import type { ApiRole } from '../../config/api-key.js';

/** Who asks, as far as the server knows. */
export interface Caller {
  /** For the journal and the audit trail: `env:<role>`, `key:<id>`, `token:<subject>`, or `anonymous`. */
  readonly actor: string;
  /** What it may do. `admin` while no key is configured: then the server listens on loopback only. */
  readonly role: ApiRole;
}

const callers = new WeakMap<object, Caller>();

const ANONYMOUS: Caller = { actor: 'anonymous', role: 'admin' };

export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request.raw, caller);
}

export function callerOf(request: FastifyRequest): Caller {
  return callers.get(request.raw) ?? ANONYMOUS;
}
