import type { FastifyRequest } from 'fastify';
import { API_ROLES } from '../../config/api-key.js';
import { callerOf } from '../access/caller.js';

/** How much of a saga is shown. `redacted`: without what its definition marks as sensitive. */
export type Sight = 'whole' | 'redacted';

/** Who may mend a saga sees it whole; who only looks on, or starts sagas, does not. */
export function sightOf(request: FastifyRequest): Sight {
  return API_ROLES.indexOf(callerOf(request).role) >= API_ROLES.indexOf('operator') ? 'whole' : 'redacted';
}
