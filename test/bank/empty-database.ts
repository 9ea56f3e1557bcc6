import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { postgresUrl, runName } from '../support/services.js';

/** A database without anything in it, for a service of the test's. */
export class EmptyDatabase {
  private constructor(private readonly name: string) {}

  static async create(): Promise<EmptyDatabase> {
    const name = `${runName()}_bank_${randomBytes(4).toString('hex')}`;
    await asOwner((owner) => owner.query(`create database ${name}`));
    return new EmptyDatabase(name);
  }

  get url(): string {
    return Object.assign(new URL(postgresUrl()), { pathname: `/${this.name}` }).href;
  }

  /** Ends whatever is still connected to it, and drops it. */
  async drop(): Promise<void> {
    await asOwner((owner) => owner.query(`drop database if exists ${this.name} with (force)`));
  }
}

/** Ends all connections to a database, as an administrator may. @returns how many */
export async function cutConnections(url: string): Promise<number> {
  const name = new URL(url).pathname.slice(1);
  return asOwner(async (owner) => {
    const cut = await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    return cut.rowCount ?? 0;
  });
}

async function asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: postgresUrl() });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
