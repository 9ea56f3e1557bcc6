import { recordWithin, type AuditRecord } from './audit.js';
import type { Database } from './database.js';
import { reaching } from './errors.js';

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

/** What the audit trail says of an order, given the one before it. */
type Auditing = (before: ForcedState | undefined) => AuditRecord;

const STATE = 'select state from skald.breaker_orders where participant = $1 for update';

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
  async give(order: Omit<BreakerOrder, 'at'>, audit?: Auditing): Promise<BreakerOrder | null> {
    const { participant, state, reason, by } = order;
    return reaching(
      this.#database.source.transaction(async (manager) => {
        const before = await manager.query<{ state: ForcedState }[]>(STATE, [participant]);
        const [given] = await manager.query<BreakerOrder[]>(GIVE, [participant, state, reason, by]);
        if (given && audit) await recordWithin(manager, audit(before[0]?.state));
        return given ?? null;
      }),
    );
  }

  /** The breaker decides by itself again. Without effect where there is no order. */
  async lift(participant: string, audit?: Auditing): Promise<void> {
    await reaching(
      this.#database.source.transaction(async (manager) => {
        const before = await manager.query<{ state: ForcedState }[]>(STATE, [participant]);
        await manager.query('delete from skald.breaker_orders where participant = $1', [participant]);
        if (audit) await recordWithin(manager, audit(before[0]?.state));
      }),
    );
  }

  async all(): Promise<BreakerOrder[]> {
    return this.#database.coldQuery(`select ${COLUMNS} from skald.breaker_orders order by participant`);
  }
}
