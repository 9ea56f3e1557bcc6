import type { FastifyRequest } from 'fastify';

/** A header that may be given once; of several the first counts. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
