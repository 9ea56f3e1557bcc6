import { Counter, Gauge, type Registry } from 'prom-client';
import { SHED_REASONS, type Admission, type ShedReason } from './admission.js';

/** What is turned away, and what it is judged by. */
export class AdmissionMetrics {
  private readonly shedTotal: Counter;

  constructor(registry: Registry, admission: Admission) {
    const registers = [registry];
    this.shedTotal = new Counter({
      name: 'skald_shed_total',
      help: 'Starts that were turned away for overload',
      labelNames: ['definition', 'reason'],
      registers,
    });
    new Gauge({
      name: 'skald_shed_level',
      help: '0 none are turned away, 1 sheddable starts are, 2 normal ones too, 3 all',
      labelNames: ['reason'],
      registers,
      collect() {
        for (const reason of SHED_REASONS) this.set({ reason }, admission.levelOf(reason));
      },
    });
    new Gauge({
      name: 'skald_commit_wait_seconds',
      help: 'How long the oldest entry has waited for its commit, or a read for a connection',
      registers,
      collect() {
        this.set(admission.valueOf('commit-wait') / 1_000);
      },
    });
    new Gauge({
      name: 'skald_heap_used_ratio',
      help: 'Share of the heap limit that is in use',
      registers,
      collect() {
        this.set(admission.valueOf('memory'));
      },
    });
  }

  shed(definition: string, reason: ShedReason): void {
    this.shedTotal.inc({ definition, reason });
  }
}
