import { randomUUID } from 'node:crypto';
import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import type { SagaOrderOptions } from './order-options.js';
import type { ParticipantState } from './participant-state.js';
import type { Saga } from './saga.js';
import type { Stats } from './server-state.js';
import { keyHeader } from './start-body.js';

/** What operators ask for. Role `operator`. */
export class Admin {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Counts of open sagas, what is due, and what the process that answers is doing. */
  async stats(options: CallOptions = {}): Promise<Stats> {
    return this.#connection.ask({ ...options, method: 'GET', path: '/v1/admin/stats' });
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

  /**
   * Has a saga try now what it is stuck at, what waits for its next attempt, and what a policy holds back. Back-off and
   * limits begin anew; the attempts are counted on. A step that waits for a callback is left alone: it may be in work.
   * Safe to repeat.
   *
   * @param reason kept in the journal; up to 1,000 characters
   * @throws {ProblemError} `nothing-to-retry`, `already-final`, `saga-moved`, `unknown-saga`
   */
  async retry(
    id: string,
    reason: string,
    { idempotencyKey = randomUUID(), seq, ...options }: SagaOrderOptions = {},
  ): Promise<Saga> {
    return this.#connection.ask({
      ...options,
      method: 'POST',
      path: path`/v1/admin/sagas/${id}/retry`,
      headers: { ...keyHeader(idempotencyKey), ...(seq !== undefined && { 'if-match': `"${seq}"` }) },
      json: { reason },
    });
  }
}
