import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import {
  type Backend,
  hintOf,
  type HintQueue,
  STREAMS,
  type Take,
  WORKER_OPTIONS,
  type WorkerConnection,
} from './backend.js';
import { ErrorStorm } from './error-storm.js';
import type { WakeHint } from './hint.js';
import { isVanishedJob, type Log, OutageLog } from './log.js';

const { Queue, Worker } = withBackend(createPostgresBackend);

/**
 * For the session. `search_path`: BullMQ expects it of a pool that it did not make. `synchronous_commit`: a hint need
 * not survive a crash, and so must not wait for the disk (nor hold, while it waits, the lock that NOTIFY takes).
 */
const SESSION = '-c search_path=bullmq -c synchronous_commit=off';

/** BullMQ on Postgres, in the schema `bullmq`: for installations without Redis. */
export class PostgresBackend implements Backend {
  readonly name = 'postgres';
  /** A job costs Postgres some milliseconds of work (ten times what it costs Redis), so they must be few and full. */
  readonly gap = 15;
  readonly outage: OutageLog;
  private producer: pg.Pool | undefined;
  private migrated = false;

  constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    this.outage = new OutageLog(log, "Postgres' queue");
  }

  async open(): Promise<void> {
    this.producer = this.pool(2);
    const client = await this.producer.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
    this.migrated = true;
  }

  isUp(): boolean {
    return this.migrated;
  }

  queue(name: string): HintQueue {
    if (!this.producer) throw new Error('the queue is not open');
    const queue = new Queue<WakeHint, void>(name, { connection: this.producer, streams: STREAMS });
    queue.on('error', this.failed);
    return queue;
  }

  /**
   * BullMQ remembers for ever that a worker could not reach Postgres when it was made, and then asks again without a
   * pause. A worker that is there already gets over an outage by itself.
   */
  async isReachable(): Promise<boolean> {
    return (
      this.producer?.query('select 1').then(
        () => true,
        () => false,
      ) ?? false
    );
  }

  worker(name: string, take: Take, concurrency: number): WorkerConnection {
    // One client listens; claiming and finishing jobs share the others.
    const pool = this.pool(3);
    const worker = new Worker<WakeHint, void>(name, (job) => take(hintOf(job)), {
      ...WORKER_OPTIONS,
      connection: pool,
      concurrency,
    });
    const storm = new ErrorStorm();
    worker.on('error', (err) => {
      this.failed(err);
      // Closing is what stops it; the watchdog makes another one when Postgres can be reached and something waits.
      if (storm.isRaging()) void worker.close(true).catch(() => undefined);
    });
    return { worker, disconnect: () => void pool.end().catch(() => undefined) };
  }

  async close(): Promise<void> {
    this.migrated = false;
    await this.producer?.end();
  }

  private pool(max: number): pg.Pool {
    const pool = new pg.Pool({
      connectionString: this.url,
      max,
      options: SESSION,
      application_name: 'skald-queue',
      keepAlive: true,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
      // A connection costs more than all the hints of a quiet minute: none is given up for being idle.
      idleTimeoutMillis: 0,
    });
    pool.on('connect', (client) => {
      this.outage.recovered();
      // A client that is checked out and loses its connection would take the process down if nobody listened.
      client.on('error', this.failed);
    });
    pool.on('error', this.failed);
    return pool;
  }

  private readonly failed = (err: Error): void => {
    if (isVanishedJob(err)) this.log.debug({ err }, 'a job of the queue has vanished');
    else this.outage.failed(err);
  };
}
