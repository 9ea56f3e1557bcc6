import type { Database, Statement } from './database.js';

const TAKE: Statement = {
  name: 'take-lease',
  text: `
    insert into skald.leases as lease (key, holder, until) values ($1, $2, now() + $3::int * interval '1 ms')
    on conflict (key) do update set holder = excluded.holder, until = excluded.until
      where lease.until <= now() or lease.holder = excluded.holder
    returning lease.key`,
};

const RELEASE: Statement = {
  name: 'release-lease',
  text: `delete from skald.leases where key = $1 and holder = $2`,
};

/**
 * The right to do something that only one process should do at a time, such as probing a participant. It is good manners
 * and no fence: whoever is slow may go on after the time is over, and all of them are gone after a crash of Postgres.
 */
export class Leases {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes a lease for `ttl` ms from now by the clock of the database, or prolongs the holder's own. False: somebody else
   * has it. Throws {@link StoreUnavailable}.
   */
  async take(key: string, holder: string, ttl: number): Promise<boolean> {
    const taken = await this.#database.query(TAKE, [key, holder, Math.ceil(ttl)]);
    return taken.length > 0;
  }

  /** Gives it back before its time; without effect if somebody else has it by now. Throws {@link StoreUnavailable}. */
  async release(key: string, holder: string): Promise<void> {
    await this.#database.query(RELEASE, [key, holder]);
  }
}
