import type { Sagas } from '../store/sagas.js';
import type { Drivers } from './drivers.js';
import type { EngineLog } from './engine-log.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { EngineOptions } from './engine-options.js';

/** Most sagas claimed by one statement. */
const PAGE = 200;

/**
 * Asks Postgres for sagas that are due and that no hint has brought: timers, lost hints, and sagas whose driver died.
 * Takes no more than there is room for, so that many processes share what there is.
 */
export class Sweep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private isFailing = false;

  constructor(
    private readonly sagas: Sagas,
    private readonly drivers: Drivers,
    private readonly options: EngineOptions,
    private readonly metrics: EngineMetrics,
    private readonly log: EngineLog,
  ) {}

  start(): void {
    this.schedule();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private schedule(): void {
    // Jittered, so that processes started together do not all ask at once.
    const wait = this.options.sweepInterval * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => {
      this.running = this.sweep().finally(() => {
        this.running = null;
        if (this.timer) this.schedule();
      });
    }, wait);
  }

  private async sweep(): Promise<void> {
    try {
      for (;;) {
        const limit = Math.min(this.drivers.room, PAGE);
        if (limit <= 0) return;
        const claimed = await this.sagas.claimDue(limit, this.options.lease);
        this.metrics.dispatched('sweep', claimed.length);
        this.drivers.takeClaimed(claimed);
        this.isFailing = false;
        if (claimed.length < limit || !this.timer) return;
      }
    } catch (err) {
      if (!this.isFailing) this.log.warn({ err }, 'Postgres could not be asked for due sagas; asking again');
      this.isFailing = true;
    }
  }
}
