import type { IQueueBackend, Job, Queue, Worker } from 'bullmq';
import type { WakeHint } from './hint.js';
import type { OutageLog } from './log.js';

export type HintQueue = Pick<
  Queue<WakeHint, void>,
  'add' | 'addBulk' | 'getWaitingCount' | 'getDelayed' | 'waitUntilReady' | 'close'
>;
export type HintWorker = Pick<Worker<WakeHint, void, string, IQueueBackend>, 'run' | 'close'>;

/** What a worker does with a hint. */
export type Take = (hint: WakeHint) => Promise<void>;

export interface WorkerConnection {
  readonly worker: HintWorker;
  /** Cuts the connections without waiting for anyone. To be called after the worker was closed, or instead. */
  readonly disconnect: () => void;
}

/** Where BullMQ keeps the jobs. The one seam between Redis and Postgres. */
export interface Backend {
  readonly name: 'redis' | 'postgres';
  /** Least time between two sends in ms, chosen so that jobs cost a busy process a few per cent of its time. */
  readonly gap: number;
  readonly outage: OutageLog;
  /** Makes the queues usable. Redis may be away at this moment, Postgres may not. */
  open(): Promise<void>;
  /** Whether a command would go out right now. */
  isUp(): boolean;
  /** Whether a worker made now would get through. Asked before one is made anew. */
  isReachable(): Promise<boolean>;
  /** The producer's side; all queues share one connection. */
  queue(name: string): HintQueue;
  /** A worker with connections of its own, so that it can be thrown away without disturbing anything else. */
  worker(name: string, take: Take, concurrency: number): WorkerConnection;
  close(): Promise<void>;
}

/**
 * What every job has in common: nothing of it is kept, and nothing is retried, because the sweep is the retry.
 * A few failed ones stay for whoever wonders.
 */
export const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: 100 } as const;

/** We read no events, but BullMQ writes them; this is how many it keeps. */
export const STREAMS = { events: { maxLen: 100 } } as const;

/** Of every worker. Times in ms, but for `drainDelay`, which is in seconds. */
export const WORKER_OPTIONS = {
  autorun: false,
  /** How long one blocking wait for a job lasts. */
  drainDelay: 5,
  /** A job lasts until the engine has room for it; renewal (one timer) covers the rest. */
  lockDuration: 30_000,
  stalledInterval: 30_000,
  /** After a connection error; BullMQ's own 15 s would outlast what the contract allows for a recovery. */
  runRetryDelay: 1_000,
} as const;

/** The hint that a job carries. */
export function hintOf(job: Pick<Job<WakeHint>, 'data' | 'attemptsStarted'>): WakeHint {
  return job.attemptsStarted > 1 ? { ...job.data, isRepeat: true } : job.data;
}
