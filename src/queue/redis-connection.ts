import { Redis, type RedisOptions } from 'ioredis';

/** Reconnects for ever, soon at first and never more than a second apart: 20, 40, 80 … 1,000 ms. */
export function reconnectDelay(times: number): number {
  return Math.min(20 * 2 ** Math.min(times - 1, 10), 1_000);
}

const COMMON: RedisOptions = { connectTimeout: 2_000, keepAlive: 10_000, retryStrategy: reconnectDelay };

/**
 * A connection for callers who must not wait: a command on a lost connection fails at once, one on a silent
 * connection when `silence` ms have passed (then the connection is dropped and made anew).
 */
export function impatientConnection(url: string, name: string, silence: number, onError: (err: Error) => void): Redis {
  return connection(url, onError, {
    ...COMMON,
    connectionName: name,
    socketTimeout: silence,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
}

/**
 * A connection for workers: commands wait until it is there again (BullMQ requires `maxRetriesPerRequest: null`).
 * The socket time-out must stay above the longest blocking wait, which is BullMQ's 10 s plus the second it adds.
 */
export function patientConnection(url: string, onError: (err: Error) => void): Redis {
  return connection(url, onError, { ...COMMON, socketTimeout: 12_000, maxRetriesPerRequest: null });
}

function connection(url: string, onError: (err: Error) => void, options: RedisOptions): Redis {
  const redis = new Redis(url, options);
  // Without a listener ioredis prints every failed attempt to the console.
  redis.on('error', onError);
  return redis;
}
