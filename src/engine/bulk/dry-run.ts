import type { SagaOrder } from '../../saga/order.js';
import { preview, type Preview } from '../../store/bulk-selection.js';
import type { Database } from '../../store/database.js';
import type { SagaFilter } from '../../store/saga-conditions.js';
import type { Engine } from '../engine.js';

/** Sagas that are asked whether they would take the order. */
const MOST_JUDGED = 1_000;
const BATCH = 64;
const SAMPLE = 10;

/** Why some sagas would not take an order. */
export interface RefusalGroup {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** The id of one of them. */
  readonly sample: string;
}

/** What a bulk operation would be about. */
export interface Forecast extends Pick<Preview, 'count' | 'groups'> {
  readonly sample: readonly string[];
  /** How many sagas were asked whether they would take the order: the first ones, up to 1,000. */
  readonly judged: number;
  readonly refusals: readonly RefusalGroup[];
}

/** Tells what a bulk operation would do. Writes nothing. */
export class DryRun {
  constructor(
    private readonly database: Database,
    private readonly engine: Pick<Engine, 'foresee'>,
  ) {}

  async forecast(filter: SagaFilter, order: SagaOrder, reason: string): Promise<Forecast> {
    const { count, groups, ids } = await preview(this.database, filter, MOST_JUDGED);
    const refusals = new Map<string, RefusalGroup>();
    for (let i = 0; i < ids.length; i += BATCH) {
      const batch = ids.slice(i, i + BATCH);
      const answers = await Promise.all(batch.map((id) => this.engine.foresee(id, order, reason)));
      for (const [n, refused] of answers.entries()) {
        if (!refused) continue;
        const { code, message } = refused;
        const group = refusals.get(code) ?? { code, message, count: 0, sample: batch[n]! };
        refusals.set(code, { ...group, count: group.count + 1 });
      }
    }
    const most = [...refusals.values()].sort((a, b) => b.count - a.count);
    return { count, groups, sample: ids.slice(0, SAMPLE), judged: ids.length, refusals: most };
  }
}
