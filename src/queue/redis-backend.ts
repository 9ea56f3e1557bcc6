import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  type Backend,
  hintOf,
  type HintQueue,
  STREAMS,
  type Take,
  WORKER_OPTIONS,
  type WorkerConnection,
} from './backend.js';
import type { WakeHint } from './hint.js';
import { isVanishedJob, type Log, OutageLog } from './log.js';
import { impatientConnection, patientConnection } from './redis-connection.js';
import { within } from './within.js';

/** BullMQ on Redis. Redis may come and go at any time; nothing here throws because of it. */
export class RedisBackend implements Backend {
  readonly name = 'redis';
  readonly gap = 3;
  readonly outage: OutageLog;
  private producer: Redis | undefined;

  constructor(
    private readonly url: string,
    private readonly prefix: string,
    private readonly sendTimeout: number,
    private readonly log: Log,
  ) {
    this.outage = new OutageLog(log, 'Redis');
  }

  async open(): Promise<void> {
    const producer = impatientConnection(this.url, `${this.prefix}-producer`, this.sendTimeout, this.failed);
    this.producer = producer;
    producer.on('ready', () => this.outage.recovered());
    const ready = new Promise<void>((resolve) => producer.once('ready', resolve));
    void ready.then(() => this.checkEviction(producer));
    // Most of the time it is there at once, and then the first hint finds it up.
    await within(1_000, 'connecting to Redis', ready).catch(() => undefined);
  }

  isUp(): boolean {
    return this.producer?.status === 'ready';
  }

  queue(name: string): HintQueue {
    if (!this.producer) throw new Error('the queue is not open');
    const queue = new Queue<WakeHint, void>(name, {
      connection: this.producer,
      prefix: this.prefix,
      skipVersionCheck: true,
      streams: STREAMS,
    });
    queue.on('error', this.failed);
    return queue;
  }

  /** A worker waits for Redis as long as it takes. */
  isReachable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  worker(name: string, take: Take, concurrency: number): WorkerConnection {
    const connection = patientConnection(this.url, this.failed);
    connection.on('ready', () => this.outage.recovered());
    const worker = new Worker<WakeHint, void>(name, (job) => take(hintOf(job)), {
      ...WORKER_OPTIONS,
      connection,
      prefix: this.prefix,
      concurrency,
    });
    worker.on('error', this.failed);
    return { worker, disconnect: () => connection.disconnect() };
  }

  async close(): Promise<void> {
    this.producer?.disconnect();
  }

  private readonly failed = (err: Error): void => {
    if (isVanishedJob(err)) this.log.debug({ err }, 'a job of the queue has vanished');
    else this.outage.failed(err);
  };

  /** A Redis that evicts keys loses hints without a word; the sweep makes up for it, but late. */
  private async checkEviction(producer: Redis): Promise<void> {
    const memory = await producer.info('memory').catch(() => '');
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
    if (policy === undefined || policy === 'noeviction') return;
    this.log.warn({ policy }, 'Redis may evict queue keys under memory pressure: set maxmemory-policy to noeviction');
  }
}
