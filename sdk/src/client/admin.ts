import { auditLines, type AuditEntry, type AuditFilter, type AuditVerdict } from './audit.js';
import { Bulk } from './bulk.js';
import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import { Keys } from './keys.js';
import { allPages, type ListOptions } from './pages.js';
import type { ParticipantState } from './participant-state.js';
import { textsOf } from './saga-filter.js';
import { SagaOrders } from './saga-orders.js';
import type { Stats } from './server-state.js';
import type { StuckFilter, StuckGroup } from './stuck-groups.js';
import { Webhooks } from './webhooks.js';

/** What operators ask for. Role `operator`; of `keys` and `webhooks` some things need `admin`. */
export class Admin extends SagaOrders {
  /** Orders to all sagas that a filter finds. */
  readonly bulk: Bulk;
  /** API keys. */
  readonly keys: Keys;
  /** Subscriptions to what happens to sagas. */
  readonly webhooks: Webhooks;
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    super(connection);
    this.#connection = connection;
    this.bulk = new Bulk(connection);
    this.keys = new Keys(connection);
    this.webhooks = new Webhooks(connection);
  }

  /** Counts of open sagas, what is due, and what the process that answers is doing. */
  async stats(options: CallOptions = {}): Promise<Stats> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/v1/admin/stats' });
  }

  /** Stuck sagas by what they are stuck at: one group for each error × definition × step, the biggest first. */
  async stuck(filter: StuckFilter = {}, options: CallOptions = {}): Promise<readonly StuckGroup[]> {
    const query = new URLSearchParams(textsOf(filter));
    const ask = { ...options, method: 'GET', path: '/v1/admin/stuck', query } as const;
    return (await this.#connection.ask<{ readonly items: readonly StuckGroup[] }>(ask)).items;
  }

  /** Who did what: rows of the audit trail that meet the filter, newest first, page by page. */
  audit(filter: AuditFilter = {}, options: ListOptions = {}): AsyncGenerator<AuditEntry, void, undefined> {
    return allPages(this.#connection, '/v1/admin/audit', options, textsOf(filter));
  }

  /** The same in one answer that may be of any length (NDJSON), oldest first, for an archive. */
  exportAudit(filter: AuditFilter = {}, options: CallOptions = {}): AsyncGenerator<AuditEntry, void, undefined> {
    return auditLines(this.#connection, filter, options);
  }

  /** Whether no row of the audit trail was changed or taken out. The server reads all of it. */
  async verifyAudit(options: CallOptions = {}): Promise<AuditVerdict> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/v1/admin/audit/verification' });
  }

  /** How all participants fare, by name: breakers, limits, calls in flight and endpoints, per process and together. */
  async participants(options: CallOptions = {}): Promise<readonly ParticipantState[]> {
    const ask = { ...options, method: 'GET', path: '/v1/admin/participants' } as const;
    const { items } = await this.#connection.ask<{ items: readonly ParticipantState[] }>(ask);
    return items;
  }

  /**
   * Forces the breaker of a participant open (all calls are held back) or closed (none are), or lets it decide by itself
   * again (`auto`). In force in every process within two seconds, through restarts, until it is taken back. Safe to
   * repeat.
   *
   * @param reason kept with the order; up to 1,000 characters
   * @throws {ProblemError} `unknown-participant`
   */
  async setBreaker(
    name: string,
    state: 'auto' | 'forced-open' | 'forced-closed',
    reason: string,
    options: CallOptions = {},
  ): Promise<ParticipantState> {
    const to = path`/v1/admin/participants/${name}/breaker`;
    return this.#connection.ask({ ...options, method: 'PUT', path: to, json: { state, reason } });
  }
}
