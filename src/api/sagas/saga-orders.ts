import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '../../engine/engine.js';
import { canonicalJson } from '../../saga/canonical-json.js';
import type { OrderKey } from '../../saga/facts.js';
import type { Json } from '../../saga/json.js';
import type { SagaOrder } from '../../saga/order.js';
import { callerOf } from '../access/caller.js';
import { refusedBy } from '../errors/as-problem.js';
import { headerOf } from '../header.js';
import { checkIdempotencyKey } from '../idempotency-key.js';
import { ifMatch } from '../if-match.js';
import type { SagaDto } from './saga.dto.js';
import { viewOfSaga } from './saga.view.js';
import { sightOf } from './sight.js';

/**
 * Gives an operator's order to a saga: once per `Idempotency-Key`, and only if the saga is as the operator has seen it
 * (`If-Match`). The key is kept in the saga's journal, in the entry that it stands for, so that neither is there without
 * the other.
 */
@Injectable()
export class SagaOrders {
  constructor(private readonly engine: Engine) {}

  async give(
    id: string,
    what: SagaOrder,
    reason: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SagaDto> {
    const key = headerOf(request, 'idempotency-key');
    const order = {
      what,
      reason,
      actor: callerOf(request).actor,
      requestId: request.id,
      fits: ifMatch(headerOf(request, 'if-match')),
      ...(key !== undefined && { idempotency: orderKey(checkIdempotencyKey(key), what, reason) }),
    };
    const { state, refused, isRecorded } = await this.engine.order(id, order);
    if (refused) throw refusedBy(refused);
    if (!isRecorded) void reply.header('idempotency-replayed', 'true');
    void reply.header('etag', `"${state.seq}"`);
    return viewOfSaga(state, undefined, sightOf(request));
  }
}

function orderKey(key: string, what: SagaOrder, reason: string): OrderKey {
  return { key: sha256(key), request: sha256(canonicalJson({ what: what as unknown as Json, reason })) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
