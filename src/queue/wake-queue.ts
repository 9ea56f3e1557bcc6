import { type Backend, type HintQueue, JOB_OPTIONS, type Take } from './backend.js';
import type { Parcel } from './hint.js';
import type { Log } from './log.js';
import { Outbox } from './outbox.js';
import { PostgresBackend } from './postgres-backend.js';
import { RedisBackend } from './redis-backend.js';
import type { WakeQueueOptions, WakeQueueState } from './wake-queue-options.js';
import { Watchdog } from './watchdog.js';
import { WorkerSet } from './worker-set.js';

export type { WakeQueueOptions, WakeQueueState } from './wake-queue-options.js';

/**
 * Wake-ups from whoever has moved a saga to whoever has room to drive it.
 *
 * Postgres is the truth and this is only the fast way to hear of it: everything here may be lost, doubled, late or
 * out of order without harm. So nothing here throws at the engine or makes it wait because the queue is away.
 */
export class WakeQueue {
  private readonly backend: Backend;
  private readonly names: readonly string[];
  private readonly outbox: Outbox;
  private readonly watchdog: Watchdog;
  private readonly log: Log;
  private readonly concurrency: number;
  private queues: HintQueue[] = [];
  private workers: WorkerSet | null = null;
  private opening: Promise<void> | null = null;
  private closing: Promise<void> | null = null;
  /** Hints taken by generations of workers that are gone. */
  private takenBefore = 0;

  constructor(options: WakeQueueOptions) {
    const { prefix = 'skald', shards = 1, sendTimeout = 2_000, now = Date.now, logger } = options;
    this.log = logger;
    this.concurrency = options.concurrency ?? 4;
    this.backend = backendFor(options, prefix, sendTimeout);
    // The braces keep all keys of one shard on one node of a Redis Cluster.
    this.names = Array.from({ length: shards }, (_, n) => `{${prefix}-${n}}`);
    this.outbox = new Outbox({
      send: (parcels) => this.send(parcels.map((parcel) => signed(parcel, options.node))),
      isUp: () => this.queues.length > 0 && this.backend.isUp(),
      onUndelivered: options.onUndelivered ?? (() => undefined),
      now,
      sendTimeout,
      gap: options.gap ?? this.backend.gap,
      shards,
      idsPerHint: options.idsPerHint ?? 64,
    });
    this.watchdog = new Watchdog(
      {
        taken: () => this.taken(),
        hasRoom: () => this.workers?.hasRoom() ?? false,
        isUp: () => this.backend.isUp(),
        countWaiting: () => this.countWaiting(),
        rebuild: () => void this.rebuild(),
      },
      { quiet: options.quiet ?? 3_000, patience: 2_000, clock: () => performance.now(), log: logger },
    );
  }

  /** Makes `wake` work. Redis may be away; an unusable Postgres queue throws. */
  open(): Promise<void> {
    return (this.opening ??= this.openAll());
  }

  private async openAll(): Promise<void> {
    await this.backend.open();
    const queues = this.names.map((name) => this.backend.queue(name));
    // A queue that could not reach Postgres when it was made never does; Redis is waited for by the commands themselves.
    if (this.backend.name === 'postgres') await Promise.all(queues.map((queue) => queue.waitUntilReady()));
    this.queues = queues;
  }

  /** Passes on that a saga may have something to do now. Never throws, never waits. */
  wake(sagaId: string): void {
    this.outbox.wake(sagaId);
  }

  /** The same for a moment `delayMs` from now; more than a minute ahead is left to the sweep. */
  wakeLater(sagaId: string, delayMs: number): void {
    this.outbox.wakeLater(sagaId, delayMs);
  }

  /**
   * Begins to take hints. `take` settles when the engine has taken the ids over: while it waits for room it holds one
   * of the places, and when all are held nothing more is fetched.
   */
  async start(take: Take): Promise<void> {
    await this.open();
    if (this.workers) throw new Error('the queue is being taken from already');
    this.workers = this.hire(take);
    this.watchdog.start();
  }

  /** Takes no more hints; those that `take` has not accepted yet go back. `start` may follow. */
  async stopTaking(): Promise<void> {
    this.watchdog.stop();
    const workers = this.workers;
    if (!workers) return;
    this.workers = null;
    await workers.stop(2_000);
    this.takenBefore += workers.taken;
  }

  /** Puts back, sends and closes; what is woken afterwards is undelivered. */
  close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await this.stopTaking();
    await this.outbox.close();
    await Promise.allSettled(this.queues.map((queue) => queue.close()));
    await this.backend.close();
  }

  state(): WakeQueueState {
    return {
      backend: this.backend.name,
      up: this.backend.isUp(),
      taking: this.workers !== null,
      unsent: this.outbox.size,
      ...this.outbox.counts,
      taken: this.taken(),
      rebuilds: this.watchdog.rebuilds,
    };
  }

  private async send(parcels: readonly Parcel[]): Promise<void> {
    try {
      await Promise.all(
        this.queues.map((queue, shard) =>
          add(
            queue,
            parcels.filter((parcel) => parcel.shard === shard),
          ),
        ),
      );
      this.backend.outage.recovered();
    } catch (err) {
      this.backend.outage.failed(err);
      throw err;
    }
  }

  private hire(take: Take): WorkerSet {
    return new WorkerSet({
      backend: this.backend,
      queues: this.names,
      concurrency: this.concurrency,
      take,
      putBack: (hint) => hint.ids.forEach((id) => this.wake(id)),
      log: this.log,
    });
  }

  private async rebuild(): Promise<void> {
    const old = this.workers;
    if (!old || !(await this.backend.isReachable()) || this.workers !== old) return;
    this.workers = this.hire(old.take);
    this.takenBefore += old.taken;
    void old.stop(0);
  }

  private taken(): number {
    return this.takenBefore + (this.workers?.taken ?? 0);
  }

  /** Jobs that a worker could fetch now, delayed ones whose time has come included. */
  private async countWaiting(): Promise<number> {
    const counts = await Promise.all(
      this.queues.map(async (queue) => (await queue.getWaitingCount()) + (await overdue(queue))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

function signed(parcel: Parcel, node: string | undefined): Parcel {
  return node === undefined ? parcel : { ...parcel, hint: { ...parcel.hint, by: node } };
}

async function add(queue: HintQueue, parcels: readonly Parcel[]): Promise<void> {
  const jobs = parcels.map(({ hint, delay }) => ({
    name: 'wake',
    data: hint,
    opts: delay > 0 ? { ...JOB_OPTIONS, delay } : JOB_OPTIONS,
  }));
  const [only] = jobs;
  if (jobs.length > 1) await queue.addBulk(jobs);
  else if (only) await queue.add(only.name, only.data, only.opts);
}

/** 1 when a delayed job is past its time, which a worker that is alive does not let happen; else 0. */
async function overdue(queue: HintQueue): Promise<number> {
  const [first] = await queue.getDelayed(0, 0);
  return first && first.timestamp + first.delay < Date.now() ? 1 : 0;
}

function backendFor(options: WakeQueueOptions, prefix: string, sendTimeout: number): Backend {
  if (options.redisUrl !== undefined) return new RedisBackend(options.redisUrl, prefix, sendTimeout, options.logger);
  if (options.databaseUrl !== undefined) return new PostgresBackend(options.databaseUrl, options.logger);
  throw new Error('a queue needs a redisUrl or a databaseUrl');
}
