import type { Redis } from 'ioredis';
import { impatientConnection } from './redis-connection.js';

/** See `participants/policies/limits/schedule.ts`, which defines what a draw means. Times in ms. */
interface Want {
  readonly key: string;
  readonly want: number;
  readonly intervalMs: number;
  readonly burst: number;
  readonly horizonMs: number;
  readonly notBeforeMs: number;
}

/**
 * A key holds when its bucket is full again, by Redis' own clock, and goes soon after: one that is full and one that is
 * missing are the same.
 */
const DRAW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local grants = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 5
  local want, interval, burst = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local horizon, notBefore = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local tolerance = (burst - 1) * interval
  local start = math.max(tonumber(redis.call('GET', key) or 0), now + tolerance + notBefore)
  local first = start - tolerance - now
  local count = math.min(want, math.max(0, math.floor((horizon - first) / interval + 0.000001) + 1))
  if count ~= 0 then
    local full = start + count * interval
    redis.call('SET', key, string.format('%.4f', full), 'PX', math.max(0, math.ceil(full - now)) + 1000)
  end
  grants[2 * i - 1] = count
  grants[2 * i] = string.format('%.4f', first)
end
return grants`;

interface Commands {
  skaldDraw(keys: number, ...keysAndNumbers: (string | number)[]): Promise<(string | number)[]>;
}

/** Schedules that all processes share, in Redis. Whoever draws bounds the wait. */
export class RedisSchedules {
  private readonly redis: Redis & Commands;

  /** @param prefix names the installation */
  constructor(
    redisUrl: string,
    private readonly prefix: string,
  ) {
    // Errors are not logged here: the queue, which uses the same Redis, says so once.
    const redis = impatientConnection(redisUrl, `${prefix}-schedules`, 1_000, () => undefined);
    redis.defineCommand('skaldDraw', { lua: DRAW });
    this.redis = redis as Redis & Commands;
  }

  /** One grant for each want. One script in one round trip. Rejects when Redis is away. */
  readonly draw = async (wants: readonly Want[]): Promise<{ count: number; firstInMs: number }[]> => {
    if (this.redis.status !== 'ready') throw new Error('Redis is away');
    const keys = wants.map(({ key }) => `${this.prefix}:schedule:${key}`);
    const numbers = wants.flatMap((want) => [want.want, want.intervalMs, want.burst, want.horizonMs, want.notBeforeMs]);
    const answer = await this.redis.skaldDraw(keys.length, ...keys, ...numbers);
    return wants.map((_, i) => ({ count: Number(answer[2 * i]), firstInMs: Number(answer[2 * i + 1]) }));
  };

  close(): void {
    this.redis.disconnect();
  }
}
