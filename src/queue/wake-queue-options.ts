import type { Log } from './log.js';

export interface WakeQueueOptions {
  /** Given: BullMQ on Redis. */
  readonly redisUrl?: string;
  /** BullMQ on Postgres, used when there is no `redisUrl`. One of the two is needed. */
  readonly databaseUrl?: string;
  /** Names the queues, so that installations can share a Redis or a database. Default `skald`. */
  readonly prefix?: string;
  /** The process that hints are given by: whoever takes one is told. Default: not told. */
  readonly node?: string;
  /** Queues that the sagas are spread over; the same in every process. Default 1. */
  readonly shards?: number;
  /** Hints that this process may have in hand, per shard, while the engine makes room. Default 4. */
  readonly concurrency?: number;
  /** Most ids in one hint. Default 64. */
  readonly idsPerHint?: number;
  /**
   * Least time between two sends, in ms; an id that comes later than that after the last one leaves at once.
   * Default 3 on Redis, 15 on Postgres.
   */
  readonly gap?: number;
  /** How long adding to the queue may take before the ids count as undelivered, in ms. Default 2,000. */
  readonly sendTimeout?: number;
  /** How long the workers may take nothing before the watchdog asks why, in ms. Default 3,000. */
  readonly quiet?: number;
  /** Epoch ms by the estimate of the database's clock. Default: this machine's clock. */
  readonly now?: () => number;
  /** Called with ids that the queue may not have got. Must not throw. Default: they are left to the sweep. */
  readonly onUndelivered?: (ids: string[]) => void;
  readonly logger: Log;
}

export interface WakeQueueState {
  readonly backend: 'redis' | 'postgres';
  /** Whether a hint would be sent right now. */
  readonly up: boolean;
  /** Whether this process takes hints. */
  readonly taking: boolean;
  /** Ids that wait to be sent. */
  readonly unsent: number;
  /** Since the start: ids and hints sent, ids undelivered, delayed ids dropped, hints taken, workers rebuilt. */
  readonly woken: number;
  readonly hints: number;
  readonly undelivered: number;
  readonly dropped: number;
  readonly taken: number;
  readonly rebuilds: number;
}
