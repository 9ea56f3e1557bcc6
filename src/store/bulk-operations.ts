import { uuidv7 } from 'uuidv7';
import { recordWithin, type AuditRecord } from './audit.js';
import { BULK_COLUMNS, type BulkOperation, type BulkRequest, type BulkStatus } from './bulk-operation.js';
import { selectWithin } from './bulk-selection.js';
import type { Database } from './database.js';
import { reaching } from './errors.js';
import { keyOf, pageOf, type Page } from './page.js';
import type { SagaFilter } from './saga-conditions.js';
import { UUID } from './saga-row.js';

const START = `
  insert into skald.bulk_operations
    (id, filter, action, params, reason, by, request_id, canary, rate, stop_ratio, canary_passed, key_hash, request_hash)
  values ($1, $2::json, $3, $4::json, $5, $6, $7, $8, $9, $10, $8 = 0, $11, $12)
  on conflict (key_hash) do nothing
  returning id`;

const TURN = `
  with turned as (
    update skald.bulk_operations operation set
      status = $2, stop_reason = coalesce($4, operation.stop_reason),
      finished_at = case when $2 in ('running', 'paused') then null else date_trunc('milliseconds', now()) end
    where operation.id = $1 and operation.status = any($3::text[])
    returning operation.*
  )
  select ${BULK_COLUMNS} from turned operation`;

/** What an `Idempotency-Key` stands for: SHA-256 of the key, and of what was asked for under it. */
export interface BulkKey {
  readonly key: Buffer;
  readonly request: Buffer;
}

export type BulkStart =
  | { readonly outcome: 'started' | 'replayed'; readonly operation: BulkOperation }
  /** The key stands for something else. */
  | { readonly outcome: 'other-request' };

/** A change of an operation's status: by an operator, or by itself. */
export interface BulkTurn {
  readonly to: BulkStatus;
  /** The statuses that it may have now. */
  readonly from: readonly BulkStatus[];
  readonly audit: Pick<AuditRecord, 'actor' | 'action' | 'reason' | 'requestId'>;
  /** Why it ended before its time. */
  readonly stopReason?: string;
}

/** Operations on many sagas. Each change is audited in its own transaction. */
export class BulkOperations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Settles once and for all which sagas it is about. Throws {@link TooManySagas}. */
  async start(request: BulkRequest, filter: SagaFilter, key: BulkKey | null): Promise<BulkStart> {
    const id = uuidv7();
    const isNew = await reaching(
      this.#database.source.transaction(async (manager) => {
        const { action, reason, by, requestId, canary, ratePerSecond, stopOnFailureRatio } = request;
        const started = await manager.query<unknown[]>(START, [
          ...[id, JSON.stringify(request.filter), action, JSON.stringify(request.params), reason, by, requestId],
          ...[canary, ratePerSecond, stopOnFailureRatio, key?.key ?? null, key?.request ?? null],
        ]);
        if (started.length === 0) return false;
        const selected = await selectWithin(manager, id, filter);
        await manager.query('update skald.bulk_operations set selected = $2 where id = $1', [id, selected]);
        const params = request.shownParams ?? request.params;
        const after = { filter: request.filter, action, params, selected };
        await recordWithin(manager, { actor: by, action: 'bulk.start', target: id, reason, after, requestId });
        return true;
      }),
    );
    if (isNew) return { outcome: 'started', operation: (await this.find(id))! };
    const [first] = await this.#read('where key_hash = $1 and request_hash = $2', [key?.key, key?.request]);
    return first ? { outcome: 'replayed', operation: first } : { outcome: 'other-request' };
  }

  /** `null`: it is in none of the statuses that the turn may begin with, or does not exist. */
  async turn(id: string, { to, from, audit, stopReason }: BulkTurn): Promise<BulkOperation | null> {
    return reaching(
      this.#database.source.transaction(async (manager) => {
        const [turned] = await manager.query<BulkOperation[]>(TURN, [id, to, from, stopReason ?? null]);
        if (!turned) return null;
        await recordWithin(manager, { ...audit, target: id, after: { status: to, counts: { ...turned.counts } } });
        return turned;
      }),
    );
  }

  /** The canaries have fared well; the others may follow. */
  async passCanary(id: string): Promise<void> {
    await this.#database.coldQuery('update skald.bulk_operations set canary_passed = true where id = $1', [id]);
  }

  async find(id: string): Promise<BulkOperation | null> {
    if (!UUID.test(id)) return null;
    const [operation] = await this.#read('where id = $1', [id]);
    return operation ?? null;
  }

  /** Newest first. @param limit 1–200. Throws {@link BadCursor}. */
  async list(limit: number, cursor?: string): Promise<Page<BulkOperation>> {
    const before = cursor === undefined ? null : keyOf(cursor, UUID);
    const rows = await this.#read(`where $1::uuid is null or id < $1::uuid order by id desc limit $2`, [
      before,
      limit + 1,
    ]);
    return pageOf(rows, limit, (row) => row.id);
  }

  /** Those that need work: orders to give, or outcomes to wait for. Oldest first. */
  async open(): Promise<BulkOperation[]> {
    return this.#read(`where status = 'running' or pending > 0 order by id limit 20`, []);
  }

  #read(rest: string, values: readonly unknown[]): Promise<BulkOperation[]> {
    return this.#database.coldQuery(`select ${BULK_COLUMNS} from skald.bulk_operations operation ${rest}`, values);
  }
}
