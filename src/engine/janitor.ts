import type { Database } from '../store/database.js';
import { keepUp } from '../store/janitor.js';
import type { EngineLog } from './engine-log.js';
import type { EngineOptions } from './engine-options.js';

/** In ms. Partitions are made weeks ahead, so that missing a few rounds does no harm. */
const INTERVAL = 3_600_000;

/** Has the tables looked after: partitions ahead, expired ones dropped, old idempotency keys forgotten. */
export class Janitor {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly options: EngineOptions,
    private readonly log: EngineLog,
  ) {}

  start(): void {
    void this.round();
    this.timer = setInterval(() => void this.round(), INTERVAL);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async round(): Promise<void> {
    try {
      const upkeep = await keepUp(this.database, this.options.retention);
      if (!upkeep) return;
      const { weeksWithoutPartition, retention } = upkeep;
      if (weeksWithoutPartition.length > 0) {
        this.log.warn({ weeks: weeksWithoutPartition }, 'sagas landed in the default partition and stay there');
      }
      if (retention.length > 0) this.log.info({ retention }, 'looked at weeks that are past their retention');
    } catch (err) {
      this.log.warn({ err }, 'the tables could not be looked after; trying again in an hour');
    }
  }
}
