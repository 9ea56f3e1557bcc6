import type { Json } from '../saga/json.js';
import type { Database } from './database.js';
import { keyOf, pageOf, type Page } from './page.js';

/** A row of the trail as it stands. */
export interface AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** Epoch ms by the database's clock. */
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly saga: string | null;
  readonly target: string | null;
  readonly reason: string | null;
  readonly before: Json;
  readonly after: Json;
  readonly requestId: string | null;
  /** SHA-256 over the row and the hash of the row before, in hex. */
  readonly hash: string;
}

/** What a list of the trail is narrowed to; what is absent doesn't matter. */
export interface AuditFilter {
  readonly saga?: string;
  readonly actor?: string;
  /** Exactly this, or with a `*` at its end everything that begins so: `saga.*`. */
  readonly action?: string;
  readonly target?: string;
  /** Rows after this one. */
  readonly afterSeq?: number;
  /** Epoch ms, exclusive. */
  readonly afterTime?: number;
}

/** Whether the chain is whole, and where it is not. */
export interface Verdict {
  readonly rows: number;
  readonly intact: boolean;
  /** The first row that was changed, or before which one is missing; one more than the last: the end is missing. */
  readonly brokenAt: number | null;
}

const ROW = `
  entry.seq::float8 as seq, (extract(epoch from entry.at) * 1000)::float8 as at, entry.actor, entry.action,
  entry.saga_id as saga, entry.target, entry.reason, entry.before, entry.after, entry.request_id as "requestId",
  encode(entry.hash, 'hex') as hash`;

/** Every row against the one before it, and the last against what the writers know as the end. */
const BROKEN = `
  with chain as (
    select entry.seq, entry.hash, sha256(convert_to(skald.audit_text(entry, coalesce(
      lag(entry.hash) over (order by entry.seq), sha256('skald'))), 'UTF8')) as expected,
      entry.seq - coalesce(lag(entry.seq) over (order by entry.seq), 0) as step
    from skald.audit entry
  )
  select count(*)::float8 as rows,
    min(seq) filter (where step <> 1 or hash <> expected)::float8 as broken,
    (select audit_end.seq <> coalesce((select max(seq) from chain), 0) from skald.audit_end) as "isCut",
    coalesce(max(seq), 0)::float8 as last
  from chain`;

/** The audit trail, for those who read it. */
export class AuditTrail {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first. Throws {@link BadCursor}. */
  async find(filter: AuditFilter, limit: number, cursor?: string): Promise<Page<AuditEntry>> {
    const before = cursor === undefined ? undefined : keyOf(cursor, /^\d{1,15}$/);
    const { where, values } = conditions(filter, before);
    const rows = await this.#database.coldQuery<AuditEntry>(
      `select ${ROW} from skald.audit entry ${where} order by entry.seq desc limit ${Math.trunc(limit) + 1}`,
      values,
    );
    return pageOf(rows, limit, ({ seq }) => String(seq));
  }

  /** All of it, oldest first, a thousand rows at a time. Rows that are added meanwhile may be among them. */
  async *all(filter: AuditFilter): AsyncGenerator<AuditEntry> {
    let afterSeq = filter.afterSeq ?? 0;
    for (;;) {
      const { where, values } = conditions({ ...filter, afterSeq });
      const rows = await this.#database.coldQuery<AuditEntry>(
        `select ${ROW} from skald.audit entry ${where} order by entry.seq limit 1000`,
        values,
      );
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < 1_000) return;
      afterSeq = last.seq;
    }
  }

  /** Reads the whole trail. */
  async verify(): Promise<Verdict> {
    const [found] = await this.#database.coldQuery<{
      rows: number;
      broken: number | null;
      isCut: boolean;
      last: number;
    }>(BROKEN);
    const { rows, broken, isCut, last } = found!;
    const brokenAt = broken ?? (isCut ? last + 1 : null);
    return { rows, intact: brokenAt === null, brokenAt };
  }
}

function conditions(filter: AuditFilter, before?: string): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const all: string[] = [];
  const add = (sql: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    all.push(sql.replace('?', `$${values.length}`));
  };
  const { action } = filter;
  add('entry.seq < ?::bigint', before);
  add('entry.seq > ?::bigint', filter.afterSeq);
  add('entry.at > to_timestamp(?::float8 / 1000)', filter.afterTime);
  add('entry.saga_id = ?::uuid', filter.saga);
  add('entry.actor = ?', filter.actor);
  add('entry.target = ?', filter.target);
  if (action?.endsWith('*')) add('starts_with(entry.action, ?)', action.slice(0, -1));
  else add('entry.action = ?', action);
  return { where: all.length > 0 ? `where ${all.join(' and ')}` : '', values };
}
