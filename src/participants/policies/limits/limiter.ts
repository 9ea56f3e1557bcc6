import type { Operation } from '../../../saga/definition.js';
import { isSamePace, type Pace } from './pace.js';
import { Permits } from './permits.js';
import type { Slot } from './permit-queue.js';
import type { Draw } from './schedule.js';
import { ScheduleAccess } from './schedule-access.js';

export interface LimiterOptions {
  /** The schedules that all processes share. */
  readonly draw: Draw;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Processes that are alive, this one included; used while the shared schedules are away. */
  readonly processes: () => number;
  /** Names the schedule: participant and policy. The same in every process. */
  readonly key: string;
}

/** What operators see of a limiter. */
export interface LimiterSnapshot {
  readonly ratePerSecond: number;
  readonly capacity: number;
  /** `false`: the schedules are away and this process goes by its share. */
  readonly shared: boolean;
  /** Permits that this process has drawn and not used. */
  readonly stocked: number;
  /** How far the schedule is booked. */
  readonly waitMs: number;
}

/** Calls that may sit out a short wait in memory at a time; the others park. */
const MOST_SLEEPERS = 256;

/** Gives out permits at a pace that all processes keep together. Holds them for one participant in one process. */
export class Limiter {
  readonly now: () => number;
  private readonly access: ScheduleAccess;
  private readonly processes: () => number;
  private readonly key: string;
  private pace: Pace | null = null;
  private permits: Permits | null = null;
  private isDrawing = false;
  private sleepers = 0;

  constructor({ draw, now, processes, key }: LimiterOptions) {
    this.now = now;
    this.processes = processes;
    this.key = key;
    this.access = new ScheduleAccess(draw, now, processes);
  }

  /**
   * Goes by another pace from now on; what is booked stays booked.
   * @param pace `null`: no limit
   */
  adopt(pace: Pace | null): void {
    const isSame = pace !== null && this.pace !== null && isSamePace(pace, this.pace);
    this.pace = pace;
    if (!pace || isSame) return;
    if (this.permits) this.permits.adopt(pace);
    else this.permits = new Permits(this.key, pace);
  }

  /** There is nothing to limit. */
  get isOff(): boolean {
    return this.pace === null;
  }

  /** Takes a permit that is at hand: ms until it is valid, or `undefined` when {@link slot} must be waited for. */
  take(): number | undefined {
    if (!this.permits) return 0;
    const wait = this.permits.take(this.now());
    if (this.permits.isDrawDue) void this.replenish();
    return wait;
  }

  /** Waits for a draw, 100 ms at most or so. Never rejects. */
  slot(operation: Operation): Promise<Slot> {
    return new Promise((settle) => {
      if (!this.permits) return settle({ wait: 0, isReserved: true });
      this.permits.wait(operation, settle);
      void this.replenish();
    });
  }

  /** The permit was not used. */
  giveBack(): void {
    if (!this.permits) return;
    this.permits.giveBack(this.now(), this.processes());
    if (this.permits.isDrawDue) void this.replenish();
  }

  /** Sits a wait out, unless too many do already. */
  sleep(wait: number): Promise<void> | null {
    if (this.sleepers >= MOST_SLEEPERS) return null;
    this.sleepers += 1;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.sleepers -= 1;
        resolve();
      }, Math.ceil(wait)),
    );
  }

  snapshot(now: number): LimiterSnapshot | null {
    if (!this.pace || !this.permits) return null;
    return {
      ratePerSecond: this.pace.ratePerSecond,
      capacity: this.pace.capacity,
      shared: this.access.isShared,
      stocked: this.permits.stocked,
      waitMs: Math.round(this.permits.bookedFor(now)),
    };
  }

  private async replenish(): Promise<void> {
    const { permits } = this;
    if (!permits || this.isDrawing) return;
    this.isDrawing = true;
    // All calls that this turn brings wait for one draw.
    await Promise.resolve();
    do {
      const granted = await this.access.draw(permits.wants(this.now(), this.processes()));
      permits.receive(granted, this.now(), this.processes());
    } while (permits.isDrawDue);
    this.isDrawing = false;
  }
}
