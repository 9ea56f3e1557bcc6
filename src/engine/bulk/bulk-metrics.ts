import { Counter, type Registry } from 'prom-client';
import type { BulkOutcome } from '../../store/bulk-operation.js';

/** What came of the sagas of bulk operations, as far as this process has seen it. */
export class BulkMetrics {
  private readonly items: Counter;

  constructor(registry: Registry) {
    this.items = new Counter({
      name: 'skald_bulk_items_total',
      help: 'Sagas of bulk operations by what came of their order',
      labelNames: ['action', 'outcome'],
      registers: [registry],
    });
  }

  settled(action: string, outcome: BulkOutcome, count: number): void {
    if (outcome !== 'pending') this.items.inc({ action, outcome }, count);
  }
}
