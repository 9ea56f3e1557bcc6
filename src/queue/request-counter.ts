import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Redis } from 'ioredis';
import { impatientConnection } from './redis-connection.js';

/** See `api/limits/allowances.ts`, which defines what is taken and when. */
interface Taken {
  readonly granted: number;
  readonly left: number;
  readonly endsInMs: number;
}

/** A Redis that does not answer within this time counts as away, in ms. */
const SILENCE = 500;

/**
 * Counts what callers have used of their limit in the current window: in Redis for all processes together, in memory
 * while Redis is absent or away, and then each process counts for itself.
 */
export class RequestCounter {
  private readonly redis: Redis | null;
  private readonly counter: RateLimiterAbstract;

  /** @param points per window, which is so many seconds long */
  constructor(
    redisUrl: string | null,
    prefix: string,
    private readonly options: { readonly points: number; readonly seconds: number },
  ) {
    const limit = { points: options.points, duration: options.seconds };
    const local = new RateLimiterMemory({ ...limit, keyPrefix: '' });
    // Errors are not logged here: the queue, which uses the same Redis, says so once.
    this.redis =
      redisUrl === null ? null : impatientConnection(redisUrl, `${prefix}-requests`, SILENCE, () => undefined);
    this.counter =
      this.redis === null
        ? local
        : new RateLimiterRedis({
            ...limit,
            storeClient: this.redis,
            keyPrefix: `${prefix}:requests`,
            insuranceLimiter: local,
            rejectIfRedisNotReady: true,
          });
  }

  /** Takes up to `want` points of the caller's window; fewer, or none, when it has no more. Never rejects. */
  readonly take = async (caller: string, want: number): Promise<Taken> => {
    const answer = await this.counter.consume(caller, want).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const before = answer.consumedPoints - want;
    return {
      granted: Math.min(want, Math.max(0, this.options.points - before)),
      left: Math.max(0, this.options.points - answer.consumedPoints),
      endsInMs: Math.max(0, answer.msBeforeNext),
    };
  };

  close(): void {
    this.redis?.disconnect();
  }
}
