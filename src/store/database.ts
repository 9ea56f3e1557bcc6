import { performance } from 'node:perf_hooks';
import { Pool, type QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { connectionConfig } from './connection.js';
import { DatabaseClock } from './database-clock.js';
import { DefinitionRecord, ParticipantRecord, SettingRecord } from './entities.js';
import { reaching } from './errors.js';

export interface DatabaseOptions {
  /** `postgres://…`, TLS by `sslmode` and its companions. */
  readonly url: string;
  /** Off for PgBouncer in transaction mode. Default true. */
  readonly preparedStatements?: boolean;
  /** Connections for reads and claims on the hot path. Default 4. */
  readonly hotConnections?: number;
  /** Connections for lists, definitions, participants and upkeep. Default 4. */
  readonly coldConnections?: number;
  /** Told about idle connections that broke; they are replaced. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** SQL of the hot path: fixed text under a fixed name, prepared once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const CLOCK: Statement = {
  name: 'clock',
  text: `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
};
/** A process that flushes nothing still looks at the database's clock this often, ms. */
const CLOCK_INTERVAL = 5_000;

/** Everything Postgres, seen from one process: a pool for the hot path, TypeORM for the rest, and the database's clock. */
export class Database {
  readonly clock = new DatabaseClock();
  /** For what is read or written rarely. */
  readonly source: DataSource;
  readonly url: string;
  readonly preparedStatements: boolean;
  readonly #hot: Pool;
  #clockTimer: NodeJS.Timeout | undefined;

  constructor(options: DatabaseOptions) {
    this.url = options.url;
    this.preparedStatements = options.preparedStatements ?? true;
    const lost = options.onConnectionLost ?? (() => {});
    this.#hot = new Pool({
      ...connectionConfig(this.url, 'hot', this.preparedStatements),
      max: options.hotConnections ?? 4,
    });
    // A pool without a listener for its idle connections takes the process down when Postgres restarts.
    this.#hot.on('error', lost);
    const { connectionString, connectionTimeoutMillis, ...extra } = connectionConfig(
      this.url,
      'cold',
      this.preparedStatements,
    );
    this.source = new DataSource({
      type: 'postgres',
      url: connectionString,
      connectTimeoutMS: connectionTimeoutMillis,
      extra,
      poolSize: options.coldConnections ?? 4,
      poolErrorHandler: lost,
      entities: [DefinitionRecord, ParticipantRecord, SettingRecord],
      installExtensions: false,
      logging: false,
    });
  }

  /** Throws {@link StoreUnavailable} when Postgres can't be reached within a few seconds. */
  async connect(): Promise<void> {
    if (!this.source.isInitialized) await reaching(this.source.initialize());
    // The first look pays for the connection; the second one is the sample.
    await this.#lookAtClock();
    await this.#lookAtClock();
    this.#clockTimer = setInterval(() => {
      if (this.clock.age >= CLOCK_INTERVAL) this.#lookAtClock().catch(() => {});
    }, CLOCK_INTERVAL / 2).unref();
  }

  /** One statement of the hot path, on any connection of the pool. */
  async query<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<R[]> {
    const result = await reaching(
      this.#hot.query<R>({
        ...(this.preparedStatements ? { name: statement.name } : {}),
        text: statement.text,
        values: values as unknown[],
      }),
    );
    return result.rows;
  }

  /** One statement off the hot path; planned for its values. */
  async coldQuery<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return reaching(this.source.query<R[]>(text, values as unknown[]));
  }

  /** Whether Postgres answers now. Never throws. */
  async answers(): Promise<boolean> {
    return this.#lookAtClock().then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#clockTimer);
    await this.#hot.end();
    if (this.source.isInitialized) await this.source.destroy();
  }

  async #lookAtClock(): Promise<void> {
    const sentAt = performance.now();
    const [row] = await this.query<{ now: number }>(CLOCK, []);
    if (row) this.clock.observe(row.now, sentAt, performance.now() - sentAt);
  }
}
