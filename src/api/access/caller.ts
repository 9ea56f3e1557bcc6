import type { FastifyRequest } from 'fastify';
import type { ApiRole } from '../../config/api-key.js';

/** Who asks, as far as the server knows. */
export interface Caller {
  /** For the journal and the audit trail: `env:<role>`, `key:<id>`, `token:<subject>`, or `anonymous`. */
  readonly actor: string;
  /** What it may do. */
  readonly role: ApiRole;
}

/** Whoever asks while there is no key: then the server listens on loopback only. */
export const ANONYMOUS_ADMIN: Caller = { actor: 'anonymous', role: 'admin' };

/** Whoever asks for what is public, and has not said who it is. */
const ANYBODY: Caller = { actor: 'anonymous', role: 'viewer' };

const callers = new WeakMap<object, Caller>();

export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request.raw, caller);
}

export function callerOf(request: FastifyRequest): Caller {
  return callers.get(request.raw) ?? ANYBODY;
}
