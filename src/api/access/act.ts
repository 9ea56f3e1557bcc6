import type { FastifyRequest } from 'fastify';
import type { AuditRecord } from '../../store/audit.js';
import { headerOf } from '../header.js';
import { callerOf } from './caller.js';

/** Who does something, and why: what the audit trail says of every request that changes something. */
export type Act = Required<Pick<AuditRecord, 'actor' | 'reason' | 'requestId'>>;

/** The reason is that of the header `Skald-Reason`, for requests whose body has none. */
export function actOf(request: FastifyRequest): Act {
  const reason = headerOf(request, 'skald-reason')?.slice(0, 1_000);
  return { actor: callerOf(request).actor, reason: reason ?? null, requestId: request.id };
}
