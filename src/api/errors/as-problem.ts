import { HttpException } from '@nestjs/common';
import {
  ConcurrencyKeyBusy,
  Draining,
  IdempotencyKeyInUse,
  IdempotencyKeyReused,
  InvalidInput,
  Overloaded,
  SagaMoved,
  UnknownDefinition,
  UnknownSaga,
} from '../../engine/engine-errors.js';
import type { Refusal } from '../../saga/refusal.js';
import { KeyOver } from '../../store/api-keys.js';
import { TooManySagas } from '../../store/bulk-selection.js';
import { EntryRefused, StoreUnavailable } from '../../store/errors.js';
import { BadCursor } from '../../store/page.js';
import { WebhookNameTaken } from '../../store/webhooks/subscription.js';
import { invalid, Problem } from './problem.js';

/** Whatever was thrown, as a problem; `null` for a bug, of which the caller learns nothing but that it is one. */
export function asProblem(err: unknown): Problem | null {
  if (err instanceof Problem) return err;
  if (err instanceof UnknownSaga) return new Problem(404, err.code, 'No such saga', err.message);
  if (err instanceof UnknownDefinition) return new Problem(404, err.code, 'No such definition', err.message);
  if (err instanceof InvalidInput) return invalid(err.problems, err.code, err.message);
  if (err instanceof IdempotencyKeyReused) return new Problem(422, err.code, 'Idempotency key reused', err.message);
  if (err instanceof IdempotencyKeyInUse) {
    return new Problem(409, err.code, 'Idempotency key in use', err.message, { retryAfter: 1 });
  }
  if (err instanceof ConcurrencyKeyBusy) {
    return new Problem(409, err.code, 'Concurrency key busy', err.message, { saga: err.holder });
  }
  if (err instanceof SagaMoved) return new Problem(412, err.code, 'The saga has gone on', err.message);
  if (err instanceof Overloaded) {
    return new Problem(503, err.code, 'Overloaded', err.message, { retryAfter: err.retryAfter, reason: err.reason });
  }
  if (err instanceof Draining) return new Problem(503, err.code, 'Shutting down', err.message, { retryAfter: 1 });
  if (err instanceof StoreUnavailable) {
    const detail = 'Postgres can not be reached; repeat the request, with the same Idempotency-Key if it starts a saga';
    return new Problem(503, err.code, 'Storage unavailable', detail, { retryAfter: 1 });
  }
  if (err instanceof BadCursor) {
    const errors = [{ pointer: '/cursor', detail: 'must be the nextCursor of another page' }];
    return new Problem(400, err.code, 'Invalid cursor', err.message, { errors });
  }
  if (err instanceof WebhookNameTaken) return new Problem(409, err.code, 'Name taken', err.message);
  if (err instanceof KeyOver) return new Problem(409, err.code, 'The key is over', err.message);
  if (err instanceof TooManySagas) return new Problem(422, err.code, 'Too many sagas', err.message);
  if (err instanceof EntryRefused) return new Problem(422, err.code, 'Not storable', err.message);
  return fromHttp(err);
}

/** Why a saga would not take an order: 404 for what it does not know, 409 for what has come too late. */
export function refusedBy(refusal: Refusal): Problem {
  const allowed = refusal.allowed ? { allowed: refusal.allowed } : {};
  switch (refusal.code) {
    case 'unknown-signal':
      return new Problem(404, refusal.code, 'No such signal', refusal.message);
    case 'too-many-signals':
      return new Problem(429, refusal.code, 'Too many signals', refusal.message, { retryAfter: 60 });
    case 'idempotency-key-reused':
      return new Problem(422, refusal.code, 'Idempotency key reused', refusal.message);
    case 'unknown-step':
      return new Problem(404, refusal.code, 'No such step', refusal.message, allowed);
    case 'invalid-binding':
      return new Problem(422, refusal.code, 'Not a binding for this step', refusal.message, allowed);
    default:
      return new Problem(409, refusal.code, 'Not possible as the saga is now', refusal.message, allowed);
  }
}

/** Faults that Nest and Fastify find themselves: unknown routes, wrong content types, bodies that are too large. */
function fromHttp(err: unknown): Problem | null {
  const status = err instanceof HttpException ? err.getStatus() : (err as { statusCode?: unknown }).statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  const { message } = err as Error;
  switch (status) {
    case 404:
      return new Problem(404, 'no-such-route', 'Not found', `${message}; the routes are listed at /docs`);
    case 413:
      return new Problem(413, 'body-too-large', 'Body too large', 'the body is larger than SKALD_BODY_LIMIT allows');
    case 415:
      return new Problem(
        415,
        'unsupported-media-type',
        'Unsupported media type',
        'send application/json (definitions may also be application/yaml)',
      );
    default:
      return new Problem(status, 'bad-request', 'Bad request', message);
  }
}
