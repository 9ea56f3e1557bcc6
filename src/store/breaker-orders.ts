import type { Database } from './database.js';

/** What an operator may make of a breaker, whatever it sees itself. */
export type ForcedState = 'forced-open' | 'forced-closed';

/** That it is in force, who wants it, since when and why. */
export interface BreakerOrder {
  readonly participant: string;
  readonly state: ForcedState;
  readonly reason: string;
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}

const COLUMNS = `participant, state, reason, by, (extract(epoch from at) * 1000)::float8 as at`;

/** The participant is locked, so that it is not deleted between the look and the order. */
const GIVE = `
  insert into skald.breaker_orders as given (participant, state, reason, by)
  select name, $2, $3, $4 from skald.participants where name = $1 and spec is not null for share
  on conflict (participant) do update set state = excluded.state, reason = excluded.reason, by = excluded.by,
    at = case when (given.state, given.reason, given.by) = (excluded.state, excluded.reason, excluded.by)
      then given.at else excluded.at end
  returning ${COLUMNS}`;

/** Orders about breakers. They hold for a name, through restarts, changes of its policy, and its deletion. */
export class BreakerOrders {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In place of an earlier one; the same again changes nothing. `null`: there is no such participant. */
  async give({ participant, state, reason, by }: Omit<BreakerOrder, 'at'>): Promise<BreakerOrder | null> {
    const [order] = await this.#database.coldQuery<BreakerOrder>(GIVE, [participant, state, reason, by]);
    return order ?? null;
  }

  /** The breaker decides by itself again. Without effect where there is no order. */
  async lift(participant: string): Promise<void> {
    await this.#database.coldQuery('delete from skald.breaker_orders where participant = $1', [participant]);
  }

  async all(): Promise<BreakerOrder[]> {
    return this.#database.coldQuery(`select ${COLUMNS} from skald.breaker_orders order by participant`);
  }
}
