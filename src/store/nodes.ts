import type { Json } from '../saga/json.js';
import type { ForcedState } from './breaker-orders.js';
import type { Database, Statement } from './database.js';

/** A process that has told something lately. Its report may come from another release: nothing is certain of it. */
export interface LiveNode {
  readonly node: string;
  /** How long ago it told, in ms by the clock of the database. */
  readonly age: number;
  readonly report: Json;
}

/** What there was to hear. */
export interface Round {
  /** The other live processes. */
  readonly others: readonly LiveNode[];
  /** All orders about breakers, by participant. */
  readonly orders: Readonly<Record<string, ForcedState>>;
}

/** Whoever has not told anything for so long is taken for dead: five rounds. */
const LIVE = `interval '5 s'`;

const LIVE_NODE = `
  json_build_object('node', node, 'age', extract(epoch from now() - seen_at) * 1000, 'report', report)`;

/**
 * Telling, hearing and tidying in one round trip. The rows of the dead are removed without waiting for others who do the
 * same, and never one's own: no statement may touch a row twice. It may wait for its own row, which another buries, so it
 * takes that first, while it holds no other: `dead` asks for what `told` did. Two that bury each other would wait for ever.
 */
const ROUND: Statement = {
  name: 'round',
  text: `
    with told as (
      insert into skald.nodes (node, seen_at, report) select $1, now(), $2::json where $2 is not null
      on conflict (node) do update set seen_at = excluded.seen_at, report = excluded.report
      returning node
    ), dead as (
      select node from skald.nodes
      where (select count(*) from told) >= 0 and node <> $1 and seen_at < now() - interval '1 minute'
      for update skip locked
    ), forgotten as (
      delete from skald.nodes using dead where nodes.node = dead.node
    )
    select
      (select coalesce(json_agg(${LIVE_NODE}), '[]') from skald.nodes
        where node <> $1 and seen_at > now() - ${LIVE}) as others,
      (select coalesce(json_object_agg(participant, state), '{}') from skald.breaker_orders) as orders`,
};

const FORGET: Statement = { name: 'forget-node', text: `delete from skald.nodes where node = $1` };

/** The processes of one installation, as they tell of themselves about once a second. */
export class Nodes {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Tells and hears. `report` `null`: says nothing of itself, and does not count as a live process.
   * Throws {@link StoreUnavailable}.
   */
  async round(node: string, report: string | null): Promise<Round> {
    const [round] = await this.#database.query<Round & object>(ROUND, [node, report]);
    return round!;
  }

  /** For one that leaves: the others need not wait until it is taken for dead. Throws {@link StoreUnavailable}. */
  async forget(node: string): Promise<void> {
    await this.#database.query(FORGET, [node]);
  }

  /** All live processes, by name. Throws {@link StoreUnavailable}. */
  async live(): Promise<LiveNode[]> {
    const rows = await this.#database.coldQuery<{ row: LiveNode }>(
      `select ${LIVE_NODE} as row from skald.nodes where seen_at > now() - ${LIVE} order by node`,
    );
    return rows.map(({ row }) => row);
  }
}
