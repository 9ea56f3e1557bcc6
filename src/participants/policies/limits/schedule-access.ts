import { LocalSchedules } from './local-schedules.js';
import type { Granted } from './permits.js';
import { toleranceOf, type Draw, type Want } from './schedule.js';

/** While the shared schedules are away, they are tried again no more often than this, ms. */
const RETRY = 1_000;

/**
 * A draw's answer is older than it looks by the way back, which is shorter than a draw may take. What is remembered
 * beyond that is news to a schedule only if it has lost its memory: Redis was restarted, Postgres has crashed.
 */
const AGE = 100;

/** The way to the schedules: the shared ones, or the local share while those are away. A draw never rejects. */
export class ScheduleAccess {
  private readonly local = new LocalSchedules();
  private isAway = false;
  private isReturning = false;
  private retryAt = 0;

  constructor(
    private readonly shared: Draw,
    private readonly now: () => number,
    private readonly processes: () => number,
  ) {}

  /** Draws count for all processes. */
  get isShared(): boolean {
    return !this.isAway;
  }

  async draw(wants: readonly Want[]): Promise<readonly Granted[]> {
    if (this.isAway) return this.drawLocally(wants);
    try {
      const grants = await this.shared(wants.map((want) => this.remembering(want)));
      this.isReturning = false;
      return grants.map((grant, index) => ({ ...grant, everyMs: wants[index]?.intervalMs ?? 0 }));
    } catch {
      this.isAway = true;
      this.retryAt = this.now() + RETRY;
      this.local.forget();
      return this.drawLocally(wants);
    }
  }

  private drawLocally(wants: readonly Want[]): readonly Granted[] {
    const now = this.now();
    if (now >= this.retryAt) {
      this.retryAt = now + RETRY;
      void this.tryAgain(wants);
    }
    return this.local.draw(wants, this.processes(), now);
  }

  /** In the background, so that no call waits for a server that is gone. */
  private async tryAgain(wants: readonly Want[]): Promise<void> {
    try {
      await this.shared(wants.map((want) => ({ ...want, want: 0 })));
      this.isAway = false;
      this.isReturning = true;
    } catch {
      this.retryAt = this.now() + RETRY;
    }
  }

  /** After the local share the shared bucket counts as empty: what it had been filled with may be spent. */
  private remembering(want: Want): Want {
    const known = this.isReturning ? Math.max(0, want.notBeforeMs) : want.notBeforeMs - AGE;
    return { ...want, notBeforeMs: Math.max(-toleranceOf(want), known) };
  }
}
