import type { FastifyRequest } from 'fastify';
import type { ApiRole } from '../../config/api-key.js';

const callers = new WeakMap<object, ApiRole>();

export function rememberCaller(request: FastifyRequest, role: ApiRole): void {
  callers.set(request.raw, role);
}

/** Who asks, as far as the server knows: the role of the key. `anonymous` while no key is configured. */
export function callerOf(request: FastifyRequest): string {
  return callers.get(request.raw) ?? 'anonymous';
}
