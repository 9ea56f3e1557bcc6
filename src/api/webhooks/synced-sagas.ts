import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Engine } from '../../engine/engine.js';
import { SyncedReads } from '../../engine/webhooks/synced-reads.js';
import { WebhookSyncState } from '../../store/webhooks/sync-state.js';
import type { SagaDto } from '../sagas/saga.dto.js';
import { type ConsistencyDto, type ReadSaga, timeoutOf } from './consistency.dto.js';

/** Reads that wait until a saga's receivers have what it has come to. */
@Injectable()
export class SyncedSagas {
  private readonly reads: SyncedReads;

  constructor(
    private readonly engine: Engine,
    syncState: WebhookSyncState,
  ) {
    this.reads = new SyncedReads(syncState);
  }

  /** The saga as it was read, and how far its receivers are with it; says so in `Skald-Consistency` too. */
  async wait(saga: SagaDto, query: ReadSaga, reply: FastifyReply): Promise<SagaDto & { consistency?: ConsistencyDto }> {
    if (query.consistency === undefined) return saga;
    let isClosed = false;
    reply.raw.once('close', () => (isClosed = true));
    const hasGivenUp = () => isClosed || this.engine.draining;
    const { pending, failed } = await this.reads.wait(saga.id, saga.seq, timeoutOf(query), hasGivenUp);
    const word = pending.length > 0 ? 'pending' : failed.length > 0 ? 'failed' : 'synced';
    void reply.header('skald-consistency', word);
    return { ...saga, consistency: { synced: word === 'synced', pending: [...pending], failed: [...failed] } };
  }
}
