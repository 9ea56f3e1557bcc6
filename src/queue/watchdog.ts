import type { Log } from './log.js';
import { within } from './within.js';

/** What a watchdog watches: something that should take from a queue. */
export interface Watched {
  /** How often it has taken something; only grows. */
  taken(): number;
  /** Whether it would take more if there were more. */
  hasRoom(): boolean;
  /** Whether the queue can be asked at all; while it can't, nobody is to blame for taking nothing. */
  isUp(): boolean;
  /** How many things wait in the queue to be taken now. */
  countWaiting(): Promise<number>;
  /** Replaces it and its connections. */
  rebuild(): void;
}

export interface WatchdogOptions {
  /** Ms without taking anything before a look is worth its cost. Two looks in a row must agree. */
  readonly quiet: number;
  /** Ms that the queue has for an answer; none counts as "something waits". */
  readonly patience: number;
  /** A monotonic clock in ms. */
  readonly clock: () => number;
  readonly log: Log;
}

export type Finding = 'fine' | 'suspicious' | 'rebuilt';

/**
 * Notices a worker that looks alive and takes nothing: seen in the wild after Redis outages, with connections that
 * are open on our side only. What is waiting can't be a reason alone (it may have come this moment), so two looks in a
 * row must find that something waits, that there is room, and that nothing was taken in between.
 */
export class Watchdog {
  /** Since the start. */
  rebuilds = 0;
  private lastTaken = -1;
  private quietSince = 0;
  private suspicious = false;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly watched: Watched,
    private readonly options: WatchdogOptions,
  ) {}

  /** Looks every now and then, often enough to act within twice the quiet time. */
  start(): void {
    this.timer ??= setInterval(() => void this.look(), this.options.quiet / 2).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  async look(): Promise<Finding> {
    if (this.looking) return 'fine';
    this.looking = true;
    try {
      return await this.judge();
    } finally {
      this.looking = false;
    }
  }

  private async judge(): Promise<Finding> {
    const { quiet, clock } = this.options;
    if (this.hasMoved() || !this.watched.hasRoom() || !this.watched.isUp()) return this.acquit();
    if (clock() - this.quietSince < quiet) return 'fine';
    if (!(await this.somethingWaits()) || this.hasMoved()) return this.acquit();
    if (!this.suspicious) {
      this.suspicious = true;
      return 'suspicious';
    }
    this.rebuilds++;
    this.options.log.warn(
      { quietMs: clock() - this.quietSince },
      'the worker takes no jobs although some wait; made anew',
    );
    this.watched.rebuild();
    this.quietSince = clock();
    return this.acquit('rebuilt');
  }

  private hasMoved(): boolean {
    const taken = this.watched.taken();
    if (taken === this.lastTaken) return false;
    this.lastTaken = taken;
    this.quietSince = this.options.clock();
    return true;
  }

  private acquit(finding: Finding = 'fine'): Finding {
    this.suspicious = false;
    return finding;
  }

  private async somethingWaits(): Promise<boolean> {
    try {
      return (await within(this.options.patience, 'asking the queue', this.watched.countWaiting())) > 0;
    } catch {
      return true;
    }
  }
}
