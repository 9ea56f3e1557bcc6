import { randomUUID } from 'node:crypto';
import type { Operation } from '../participant/call.js';
import { path, type Connection } from './connection.js';
import type { SagaOrderOptions } from './order-options.js';
import type { Saga } from './saga.js';
import { keyHeader } from './start-body.js';

/** What is wrong with a step's call, put right for one saga; at least one of `participant`, `path` and `body` is given. */
export interface Rebinding {
  readonly step: string;
  /** Default: what the step is stuck at or has under way; else its action if that is yet to come, else its compensation. */
  readonly operation?: Operation;
  readonly participant?: string;
  /** May hold expressions, as in a definition. */
  readonly path?: string;
  /** May hold expressions, as in a definition. */
  readonly body?: unknown;
}

/**
 * Orders to one saga. Each is carried out once per idempotency key, so the client repeats it safely; each is written into
 * the saga's journal and into the audit trail, with its reason (up to 1,000 characters). All are answered with the saga
 * as it stands afterwards, and refused with a {@link ProblemError}: `already-final`, `saga-moved` (with `seq`),
 * `unknown-saga`, and what is said with each.
 */
export abstract class SagaOrders {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Has a saga try now what it is stuck at, what waits for its next attempt, and what a policy holds back. Back-off and
   * limits begin anew; the attempts are counted on. A step that waits for a callback is left alone: it may be in work.
   *
   * @throws {ProblemError} `nothing-to-retry` …
   */
  async retry(id: string, reason: string, options: SagaOrderOptions = {}): Promise<Saga> {
    return this.#give(id, 'retry', { reason }, options);
  }

  /**
   * Treats a step as done, with `output` as its answer (default `null`); or as undone, when it is being compensated.
   * What it does or did at the participant is then the operator's to see to.
   */
  async skip(
    id: string,
    { step, output }: { readonly step: string; readonly output?: unknown },
    reason: string,
    options: SagaOrderOptions = {},
  ): Promise<Saga> {
    return this.#give(id, 'skip', { step, ...(output !== undefined && { output }), reason }, options);
  }

  /**
   * Turns a saga back from where it is, also one that is stuck.
   * @throws {ProblemError} `past-pivot` …
   */
  async compensate(id: string, reason: string, options: SagaOrderOptions = {}): Promise<Saga> {
    return this.#give(id, 'compensate', { reason }, options);
  }

  /**
   * Turns a saga back, as {@link Sagas.cancel} does; as an operator's order, with an audit row and an idempotency key.
   * @throws {ProblemError} `past-pivot` …
   */
  async cancel(id: string, reason: string, options: SagaOrderOptions = {}): Promise<Saga> {
    return this.#give(id, 'cancel', { reason }, options);
  }

  /** Ends a saga that was settled by hand, outside of the system: nothing more is called. */
  async resolve(
    id: string,
    outcome: 'completed' | 'compensated',
    reason: string,
    options: SagaOrderOptions = {},
  ): Promise<Saga> {
    return this.#give(id, 'resolve', { outcome, reason }, options);
  }

  /** Holds a saga back: no calls are issued until it is resumed. What is under way ends, and its answer counts. */
  async pause(id: string, reason: string, options: SagaOrderOptions = {}): Promise<Saga> {
    return this.#give(id, 'pause', { reason }, options);
  }

  /** Lets a saga that was paused go on. */
  async resume(id: string, reason: string, options: SagaOrderOptions = {}): Promise<Saga> {
    return this.#give(id, 'resume', { reason }, options);
  }

  /** Mends a wrong target or body for this saga, and tries the step again if it is stuck there. */
  async rebind(id: string, what: Rebinding, reason: string, options: SagaOrderOptions = {}): Promise<Saga> {
    return this.#give(id, 'rebind', { ...what, reason }, options);
  }

  #give(
    id: string,
    verb: string,
    json: object,
    { idempotencyKey = randomUUID(), seq, ...options }: SagaOrderOptions,
  ): Promise<Saga> {
    return this.#connection.ask({
      ...options,
      method: 'POST',
      path: path`/v1/admin/sagas/${id}/${verb}`,
      headers: { ...keyHeader(idempotencyKey), ...(seq !== undefined && { 'if-match': `"${seq}"` }) },
      json,
    });
  }
}
