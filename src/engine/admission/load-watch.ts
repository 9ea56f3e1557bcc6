import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Journal } from '../../store/journal.js';
import type { Sagas } from '../../store/sagas.js';
import type { Admission } from './admission.js';

/** Between two looks, in ms. */
const INTERVAL = 250;

/** Between two questions to Postgres, in ms. */
const ASK_INTERVAL = 1_000;

/** How finely the event loop is measured, in ms. */
const RESOLUTION = 20;

/** Looks at the load a few times a second, off the path of requests, and tells {@link Admission}. */
export class LoadWatch {
  private timer: NodeJS.Timeout | undefined;
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  private expectedAt = 0;
  private askedAt = -Infinity;
  /** Of a question that has not been answered yet. */
  private waitingSince: number | null = null;
  private lastWait = 0;
  private dueAge: number | null = null;

  constructor(
    private readonly admission: Admission,
    private readonly journal: Pick<Journal, 'oldestWait'>,
    private readonly sagas: Pick<Sagas, 'oldestDueAge'>,
  ) {}

  start(): void {
    this.delay.enable();
    this.expectedAt = performance.now() + INTERVAL;
    this.timer = setInterval(() => this.look(), INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.delay.disable();
  }

  private look(): void {
    const now = performance.now();
    const heap = getHeapStatistics();
    this.admission.observe(
      {
        'due-age': this.dueAge,
        'loop-lag': this.lag(now),
        'commit-wait': Math.max(this.journal.oldestWait(now), this.readWait(now)),
        memory: heap.used_heap_size / heap.heap_size_limit,
      },
      now,
    );
    if (this.waitingSince === null && now - this.askedAt >= ASK_INTERVAL) void this.ask(now);
  }

  /** The longest turn since the last look. The histogram counts its own interval. */
  private lag(now: number): number {
    const longest = Math.max(this.delay.max / 1e6 - RESOLUTION, now - this.expectedAt, 0);
    this.delay.reset();
    this.expectedAt = now + INTERVAL;
    return longest;
  }

  /** A question that waits is a wait already, however it will end. */
  private readWait(now: number): number {
    return this.waitingSince === null ? this.lastWait : now - this.waitingSince;
  }

  private async ask(now: number): Promise<void> {
    this.askedAt = now;
    this.waitingSince = now;
    try {
      this.dueAge = await this.sagas.oldestDueAge();
      this.lastWait = performance.now() - now;
    } catch {
      // Postgres is away: how long for shows in the time that it took to hear so, and in the entries that wait.
      this.dueAge = null;
      this.lastWait = performance.now() - now;
    } finally {
      this.waitingSince = null;
    }
  }
}
