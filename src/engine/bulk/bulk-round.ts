import type { BulkItems, BulkNews, PendingItem } from '../../store/bulk-items.js';
import type { BulkOperation } from '../../store/bulk-operation.js';
import type { BulkOperations } from '../../store/bulk-operations.js';
import { StoreUnavailable } from '../../store/errors.js';
import { statusOf, type SagaState } from '../../saga/state.js';
import type { Engine } from '../engine.js';
import { UnknownSaga } from '../engine-errors.js';
import type { EngineLog } from '../engine-log.js';
import type { BulkMetrics } from './bulk-metrics.js';
import { judge } from '../../saga/order-worth.js';
import { planRound } from './plan.js';
import type { Pace } from './pace.js';
import { keyOf, orderOf } from './saga-order.js';

/** Sagas ordered or looked at side by side, and then settled by one statement. */
const BATCH = 32;
/** Sagas looked at in one round. */
const MOST_LOOKS = 512;
/** An outcome that has not shown by then counts as none, ms. */
const PATIENCE = 600_000;

/** One round of an operation: orders that are due, looks at sagas that have moved, and what follows from the counts. */
export class BulkRound {
  private isStopping = false;

  constructor(
    private readonly parts: {
      readonly engine: Pick<Engine, 'order' | 'find'>;
      readonly operations: BulkOperations;
      readonly items: BulkItems;
      readonly metrics: BulkMetrics;
      readonly log: EngineLog;
    },
  ) {}

  /** Ends the round that is under way after the batch at hand. */
  stop(): void {
    this.isStopping = true;
  }

  async run(operation: BulkOperation, pace: Pace): Promise<void> {
    const { id } = operation;
    const plan = planRound(operation, pace.allowance(operation.ratePerSecond, performance.now()));
    switch (plan.do) {
      case 'order':
        await this.give(operation, plan.count, pace);
        await this.look(operation);
        return;
      case 'pass-canary':
        return this.parts.operations.passCanary(id);
      case 'stop':
        return this.end(operation, 'stopped', plan.because);
      case 'complete':
        return this.end(operation, 'completed');
    }
  }

  private async give(operation: BulkOperation, count: number, pace: Pace): Promise<void> {
    if (count === 0) return;
    const sagas = await this.parts.items.waiting(operation.id, count);
    await this.inBatches(operation, sagas, async (saga) => {
      pace.use(1);
      return this.giveOne(operation, saga);
    });
  }

  private async look(operation: BulkOperation): Promise<void> {
    const pending = await this.parts.items.pending(operation.id, MOST_LOOKS);
    await this.inBatches(operation, pending, (item) => this.lookAt(operation, item));
  }

  private async inBatches<T>(
    operation: BulkOperation,
    all: readonly T[],
    newsOf: (item: T) => Promise<BulkNews>,
  ): Promise<void> {
    for (let i = 0; i < all.length && !this.isStopping; i += BATCH) {
      const news = await Promise.all(all.slice(i, i + BATCH).map(newsOf));
      for (const { outcome, count } of await this.parts.items.settle(operation.id, news)) {
        this.parts.metrics.settled(operation.action, outcome, count);
      }
    }
  }

  private async giveOne(operation: BulkOperation, saga: string): Promise<BulkNews> {
    const { id, reason, requestId } = operation;
    const what = orderOf(operation);
    try {
      const given = { what, reason, actor: `bulk:${id}`, requestId, idempotency: keyOf(operation, saga) };
      const { state, refused } = await this.parts.engine.order(saga, given);
      if (refused) {
        const { code, message } = refused;
        return { saga, was: 'waiting', outcome: 'refused', seq: null, status: statusOf(state), code, message };
      }
      return judged(operation, { saga, was: 'waiting', orderedSeq: state.seq }, state);
    } catch (err) {
      return this.notGiven(saga, err);
    }
  }

  private async lookAt(operation: BulkOperation, { saga, orderedSeq, age }: PendingItem): Promise<BulkNews> {
    const { state } = await this.parts.engine.find(saga).catch((err: unknown) => {
      if (err instanceof UnknownSaga) return { state: null };
      throw err;
    });
    if (!state) {
      return { saga, was: 'pending', outcome: 'undecided', seq: null, status: null, ...UNSEEN };
    }
    const news = judged(operation, { saga, was: 'pending', orderedSeq }, state);
    return news.outcome === 'pending' && age > PATIENCE ? { ...news, outcome: 'undecided', ...UNSEEN } : news;
  }

  /** One saga that can't be ordered must not hold up the others. */
  private notGiven(saga: string, err: unknown): BulkNews {
    if (err instanceof StoreUnavailable) throw err;
    const isKnown = err instanceof UnknownSaga;
    if (!isKnown) this.parts.log.error({ err, saga }, 'a saga could not be given the order of a bulk operation');
    const { code, message } = isKnown ? err : NOT_GIVEN;
    return { saga, was: 'waiting', outcome: 'refused', seq: null, status: null, code, message };
  }

  private async end({ id, reason }: BulkOperation, to: 'stopped' | 'completed', stopReason?: string): Promise<void> {
    const action = to === 'stopped' ? 'bulk.stop' : 'bulk.complete';
    const audit = { actor: `bulk:${id}`, action, reason: stopReason ?? reason };
    await this.parts.operations.turn(id, { to, from: ['running'], audit, ...(stopReason && { stopReason }) });
  }
}

const NOT_GIVEN = { code: 'internal-error', message: 'the server could not give it the order; its log says why' };

const UNSEEN = { code: 'no-outcome', message: 'it has made no attempt since that would tell what the order was worth' };

function judged(
  operation: BulkOperation,
  {
    saga,
    was,
    orderedSeq,
  }: { readonly saga: string; readonly was: 'waiting' | 'pending'; readonly orderedSeq: number },
  state: SagaState,
): BulkNews {
  const { outcome, error } = judge(orderOf(operation), state, orderedSeq);
  return { saga, was, outcome, seq: state.seq, status: statusOf(state), ...error };
}
