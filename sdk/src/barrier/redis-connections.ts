/** What we need to know of a connection of `ioredis`. */
export interface RedisClient<Multi extends RedisMulti = RedisMulti> {
  /** `ready`, or one of the words for "not now" and "not any more". */
  readonly status: string;
  readonly isCluster: boolean;
  duplicate(override: ConnectionOptions): RedisClient<Multi>;
  disconnect(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  watch(...keys: string[]): Promise<unknown>;
  unwatch(): Promise<unknown>;
  mget(...keys: string[]): Promise<(string | null)[]>;
  set(key: string, value: string, unit: 'PX', milliseconds: number): Promise<unknown>;
  multi(): Multi;
}

/** What we need to know of the chain of commands that `multi()` begins. */
export interface RedisMulti {
  set(key: string, value: string, unit: 'PX', milliseconds: number): unknown;
  exec(): Promise<[error: Error | null, result: unknown][] | null>;
}

/** How our connections differ from the one they are made after. */
interface ConnectionOptions {
  readonly retryStrategy: () => null;
  readonly reconnectOnError: null;
  readonly enableOfflineQueue: true;
  readonly enableAutoPipelining: false;
}

/**
 * Connections of the barrier's own, since a WATCH belongs to the connection that sent it.
 *
 * They never connect again: a new connection watches nothing, and an EXEC that ioredis sends there would get through
 * whatever had happened meanwhile.
 */
export class RedisConnections<Multi extends RedisMulti> {
  private readonly idle: RedisClient<Multi>[] = [];
  private readonly line: (() => void)[] = [];
  private isClosed = false;

  /** @param free how many may be lent at once */
  constructor(
    private readonly redis: RedisClient<Multi>,
    private free: number,
  ) {}

  /** Lends a connection on which nothing is watched; `use` must leave it like that, or throw. */
  async lend<Result>(use: (connection: RedisClient<Multi>) => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((settle) => this.line.push(settle));
    try {
      const connection = this.take();
      try {
        const result = await use(connection);
        this.putBack(connection);
        return result;
      } catch (error) {
        drop(connection);
        throw error;
      }
    } finally {
      const next = this.line.shift();
      if (next) next();
      else this.free++;
    }
  }

  /** Closes what is idle now, and what is in use when it comes back. */
  close(): void {
    this.isClosed = true;
    this.idle.splice(0).forEach(drop);
  }

  private take(): RedisClient<Multi> {
    if (this.isClosed) throw new Error('this barrier has been closed');
    for (let connection; (connection = this.idle.pop());) if (connection.status === 'ready') return connection;
    const connection = this.redis.duplicate({
      retryStrategy: () => null,
      reconnectOnError: null,
      enableOfflineQueue: true,
      enableAutoPipelining: false,
    });
    // The commands that fail tell of it.
    connection.on('error', () => {});
    return connection;
  }

  private putBack(connection: RedisClient<Multi>): void {
    if (this.isClosed) drop(connection);
    else this.idle.push(connection);
  }
}

function drop(connection: RedisClient): void {
  // ioredis would wait two seconds for the end of a connection that has ended.
  if (connection.status !== 'end') connection.disconnect();
}
