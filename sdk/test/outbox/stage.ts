import { Pool, type PoolClient } from 'pg';
import { freshDatabase } from '../../../test/support/database.js';
import type { Outbox } from '../../src/outbox/outbox.js';
import { pgOutbox } from '../../src/outbox/pg-outbox.js';

/** A service's database with orders and an outbox, and pools that can be told apart by their `application_name`. */
export class Stage {
  private readonly pools: Pool[] = [];
  readonly observer: Pool;
  readonly outbox: Outbox<PoolClient>;
  private readonly service: Pool;

  private constructor(
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {
    this.observer = this.pool('observer');
    this.service = this.pool('service');
    this.outbox = pgOutbox(this.service);
  }

  static async set(): Promise<Stage> {
    const database = await freshDatabase();
    const stage = new Stage(database.url, () => database.drop());
    await stage.outbox.migrate();
    await stage.observer.query('create table orders (id int primary key)');
    return stage;
  }

  pool(name: string): Pool {
    const pool = new Pool({ connectionString: this.url, application_name: name });
    pool.on('error', () => undefined); // of idle connections that are killed
    // A connection may be killed so soon after it was made that nobody else can listen yet.
    pool.on('connect', (client) => client.on('error', () => undefined));
    this.pools.push(pool);
    return pool;
  }

  /** Does some work in a transaction of the service. */
  async transaction<Result>(
    work: (client: PoolClient) => Promise<Result>,
    end: 'commit' | 'rollback' = 'commit',
  ): Promise<Result> {
    const client = await this.service.connect();
    let isClean = false;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query(end);
      isClean = true;
      return result;
    } finally {
      client.release(!isClean);
    }
  }

  /** Inserts an order and starts its saga in one transaction, and commits or rolls back. */
  async order(id: number, end: 'commit' | 'rollback' = 'commit'): Promise<void> {
    await this.transaction(async (client) => {
      await client.query('insert into orders values ($1)', [id]);
      await this.outbox.startInTransaction(client, 'place-order', id);
    }, end);
  }

  async orders(): Promise<number[]> {
    return (await this.observer.query('select id from orders order by id')).rows.map(({ id }) => Number(id));
  }

  /** Ends the connections of these pools, in the middle of whatever they do. */
  async cutConnections(like: string): Promise<void> {
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like $1`;
    await this.observer.query(cut, [like]);
  }

  /** Lets so much time go by for the rows. */
  async age(interval: string): Promise<void> {
    const columns = ['next_at', 'first_tried_at', 'delivered_at', 'written_at'];
    const sets = columns.map((column) => `${column} = ${column} - $1::interval`).join();
    await this.observer.query(`update skald_outbox set ${sets}`, [interval]);
  }

  async clear(): Promise<void> {
    await this.observer.query('truncate orders, skald_outbox');
  }

  async strike(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.end()));
    await this.drop();
  }
}
