import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { stepNamed, type CallStep, type Operation } from '../saga/definition.js';
import type { Reply } from '../saga/reply.js';
import type { Decision } from './decision.js';
import { PolicyMetrics } from './policy-metrics.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LONG_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400];

/** What Postgres says of all sagas, for the gauges. */
export interface OpenSagas {
  readonly open: { readonly [status: string]: number };
  readonly dueBacklog: number;
  /** In ms; 0 when nothing is due. */
  readonly oldestDueAge: number;
}

/** The metrics of contract §9. No saga id and no tenant ever becomes a label. */
export class EngineMetrics {
  readonly registry = new Registry();
  readonly policies = new PolicyMetrics(this.registry);

  private readonly startedTotal = this.counter('skald_sagas_started_total', 'Sagas accepted', ['definition']);
  private readonly finishedTotal = this.counter('skald_sagas_finished_total', 'Sagas that ended', [
    'definition',
    'status',
  ]);
  private readonly sagaSeconds = this.histogram('skald_saga_duration_seconds', 'From start to end', LONG_SECONDS);
  private readonly attemptsTotal = this.counter(
    'skald_step_attempts_total',
    'Calls of participants by what came of them',
    ['participant', 'step', 'operation', 'outcome'],
  );
  private readonly stepSeconds = this.histogram('skald_step_duration_seconds', 'One attempt', SECONDS);
  private readonly flushSeconds = this.histogram('skald_journal_flush_seconds', 'One group commit', SECONDS);
  private readonly batchSize = this.histogram(
    'skald_journal_batch_size',
    'Entries in one group commit',
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  );
  private readonly fencedTotal = this.counter(
    'skald_fenced_appends_total',
    'Appends that lost the race for their number',
  );
  private readonly recoveredTotal = this.counter('skald_recovered_sagas_total', 'Sagas taken over from a dead driver');
  private readonly dispatchTotal = this.counter('skald_dispatch_total', 'Sagas brought to a driver', ['source']);

  constructor(openSagas: () => Promise<OpenSagas>) {
    this.watchSagas(openSagas);
    this.watchEventLoop();
  }

  started(definition: string): void {
    this.startedTotal.inc({ definition });
  }

  recorded({ before, after, facts }: Decision): void {
    for (const fact of facts) {
      if (fact.type !== 'step-succeeded' || fact.degraded === undefined) continue;
      const step = stepNamed(after.definition, fact.step);
      if (step.type === 'call') this.policies.degraded(step.participant, fact.degraded);
    }
    if (!after.ended || before.ended) return;
    this.finishedTotal.inc({ definition: after.definition.name, status: after.ended });
    this.sagaSeconds.observe((after.finishedAt! - after.startedAt) / 1_000);
  }

  /** What came of a call. One that was not sent is no attempt. */
  answered(step: CallStep, operation: Operation, reply: Reply, ms: number): void {
    if (reply.kind === 'degraded') return;
    if (reply.kind === 'refused') {
      this.policies.refused(step.participant, reply.by);
      return;
    }
    const outcome = reply.kind === 'failed' && reply.effect === 'in-doubt' ? 'in-doubt' : reply.kind;
    this.attemptsTotal.inc({ participant: step.participant, step: step.name, operation, outcome });
    this.stepSeconds.observe(ms / 1_000);
  }

  flushed(ms: number, entries: number): void {
    this.flushSeconds.observe(ms / 1_000);
    this.batchSize.observe(entries);
  }

  fenced(count: number): void {
    this.fencedTotal.inc(count);
  }

  recovered(): void {
    this.recoveredTotal.inc();
  }

  dispatched(source: 'queue' | 'sweep', count: number): void {
    if (count > 0) this.dispatchTotal.inc({ source }, count);
  }

  /** Each gauge fetches its own values when it is asked; those asked at once share one look at Postgres. */
  private watchSagas(openSagas: () => Promise<OpenSagas>): void {
    let looking: Promise<OpenSagas | null> | null = null;
    // A scrape during an outage shows the last known values and still answers.
    const look = (): Promise<OpenSagas | null> =>
      (looking ??= openSagas()
        .catch(() => null)
        .finally(() => (looking = null)));
    const gauge = (
      name: string,
      help: string,
      show: (gauge: Gauge, stats: OpenSagas) => void,
      labelNames: string[] = [],
    ) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers: [this.registry],
        async collect() {
          const stats = await look();
          if (stats) show(this, stats);
        },
      });
    gauge('skald_due_backlog', 'Sagas that are due and not taken', (it, { dueBacklog }) => it.set(dueBacklog));
    gauge('skald_due_oldest_age_seconds', 'How long the most overdue saga has been due', (it, { oldestDueAge }) =>
      it.set(oldestDueAge / 1_000),
    );
    const showOpen = (it: Gauge, { open }: OpenSagas): void => {
      for (const status of ['running', 'compensating', 'stuck']) it.set({ status }, open[status] ?? 0);
    };
    gauge('skald_sagas_open', 'Sagas that have not ended', showOpen, ['status']);
  }

  private watchEventLoop(): void {
    const delay = monitorEventLoopDelay({ resolution: 20 });
    delay.enable();
    new Gauge({
      name: 'skald_event_loop_lag_seconds',
      help: '99th percentile of the event loop delay since the last scrape',
      registers: [this.registry],
      collect() {
        this.set(Math.max(0, delay.percentile(99) / 1e9 - 0.02));
        delay.reset();
      },
    });
  }

  private counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.registry] });
  }
}
