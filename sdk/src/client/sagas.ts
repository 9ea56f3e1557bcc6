import { randomUUID } from 'node:crypto';
import { milliseconds, type Duration } from '../duration.js';
import type { Json } from '../json.js';
import type { Attempt } from './attempt.js';
import { startMany } from './batch.js';
import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import type { DefinitionRef } from './definition-ref.js';
import { isProblem, isSkaldError } from './errors.js';
import type { JournalEntry } from './journal-entry.js';
import { allPages, type ListOptions } from './pages.js';
import { isSettled, type Saga } from './saga.js';
import { queryOf, type SagaFilter } from './saga-filter.js';
import { keyHeader, startBody } from './start-body.js';
import type { BatchItem, BatchResult, StartOptions } from './start-options.js';
import { settledSaga } from './settled-saga.js';
import { watchSaga, type WatchOptions } from './watch.js';

/** Longest time that one request may wait at the server, ms. */
const LONGEST_WAIT = 60_000;

/** Longest time that a read may wait for webhooks, ms. */
const LONGEST_SYNC = 30_000;

/** Sagas: to start, follow, find and steer. */
export class Sagas {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Starts a saga. When this is fulfilled, the saga is durable: it will end, or be `stuck` and visible.
   * It is safe to repeat, also for the client itself, by its idempotency key. Role `submitter`.
   *
   * @param definition one that was built or stored, which knows the types of input and output, or just a name
   * @returns the saga as it stands: right after its start, or at its end (or `stuck`) if that came within `wait`,
   *   or as it was last heard of
   * @throws {ProblemError} `unknown-definition`, `invalid-input`, `concurrency-key-busy`, `idempotency-key-reused` …
   */
  async start<Input = unknown, Output = Json>(
    definition: string | DefinitionRef<Input, Output>,
    input: NoInfer<Input>,
    { wait = 0, idempotencyKey = randomUUID(), signal, timeout, ...fields }: StartOptions = {},
  ): Promise<Saga<Input, Output>> {
    const ms = milliseconds(wait);
    // Skald counts in whole seconds; a fraction rounded up would answer late.
    const atServer = Math.floor(Math.min(ms, LONGEST_WAIT) / 1_000);
    const until = performance.now() + ms;
    const saga = await this.#connection.ask<Saga<Input, Output>>({
      method: 'POST',
      path: '/v1/sagas',
      headers: { ...keyHeader(idempotencyKey), ...(atServer > 0 && { prefer: `wait=${atServer}` }) },
      json: startBody(definition, input, fields),
      wait: atServer * 1_000,
      signal,
      timeout,
    });
    const left = until - performance.now();
    if (isSettled(saga) || left <= 0) return saga;
    return this.wait<Input, Output>(saga.id, { timeout: left, signal }).catch((err: unknown) => {
      if (!isSkaldError(err)) throw err;
      return saga; // it has started, whatever can't be heard of it now
    });
  }

  /**
   * Starts up to 1,000 sagas in one call. Each is accepted or refused on its own; a refusal doesn't throw.
   * Safe to repeat like {@link start}, item by item. Role `submitter`.
   *
   * @returns one result per item, in order
   */
  async startBatch(items: readonly BatchItem[], options: CallOptions = {}): Promise<BatchResult[]> {
    return startMany(this.#connection, items, options);
  }

  /**
   * `synced`: how long to wait, 30 s at most, until all webhooks that want the saga's events have what it has come to; the
   * saga's `consistency` says whether they have. Default: not at all.
   *
   * @throws {ProblemError} `unknown-saga`
   */
  async get<Input = Json, Output = Json>(
    id: string,
    { synced, ...options }: CallOptions & { readonly synced?: Duration } = {},
  ): Promise<Saga<Input, Output>> {
    const wait = synced === undefined ? 0 : Math.ceil(Math.min(milliseconds(synced), LONGEST_SYNC));
    const query = synced && new URLSearchParams({ consistency: 'synced', timeout: `${wait}ms` });
    const ask = { ...options, method: 'GET', path: path`/v1/sagas/${id}`, wait } as const;
    return this.#connection.ask(query ? { ...ask, query } : ask);
  }

  /** Sagas that meet the filter, newest first. */
  list(filter: SagaFilter = {}, options: ListOptions = {}): AsyncGenerator<Saga, void, undefined> {
    return allPages(this.#connection, '/v1/sagas', options, queryOf(filter));
  }

  /**
   * The saga's journal as far as it goes now.
   * @throws {ProblemError} `unknown-saga`
   */
  async events(
    id: string,
    { after = 0, ...options }: CallOptions & { readonly after?: number } = {},
  ): Promise<readonly JournalEntry[]> {
    const query = new URLSearchParams({ after: String(after) });
    const ask = { ...options, method: 'GET', path: path`/v1/sagas/${id}/events`, query } as const;
    return (await this.#connection.ask<{ readonly items: readonly JournalEntry[] }>(ask)).items;
  }

  /**
   * Every attempt of its steps whose end is known, in order.
   * @throws {ProblemError} `unknown-saga`
   */
  attempts(id: string, options: ListOptions = {}): AsyncGenerator<Attempt, void, undefined> {
    return allPages(this.#connection, path`/v1/sagas/${id}/attempts`, options);
  }

  /**
   * The saga's journal as it grows, until the saga has ended. A lost connection is made anew, and no entry is left out
   * or told twice. Leave the loop, or abort the signal, to stop earlier: a saga that is `stuck` has not ended.
   *
   * @throws {ProblemError} `unknown-saga`
   * @throws {ConnectionError} if Skald was out of reach for longer than `timeout`
   */
  watch(id: string, options: WatchOptions = {}): AsyncGenerator<JournalEntry, void, undefined> {
    return watchSaga(this.#connection, path`/v1/sagas/${id}/events`, options);
  }

  /**
   * Waits until the saga has ended or is `stuck`.
   *
   * `timeout`: how long; then the saga is answered as it stands. Default: as long as it takes.
   *
   * @throws {ProblemError} `unknown-saga`
   * @throws {ConnectionError} if Skald was out of reach for longer than the client's `timeout`
   */
  async wait<Input = Json, Output = Json>(
    id: string,
    { timeout, signal }: { readonly timeout?: Duration; readonly signal?: AbortSignal } = {},
  ): Promise<Saga<Input, Output>> {
    const ms = timeout === undefined ? Infinity : milliseconds(timeout);
    const look = (stop?: AbortSignal) => this.get<Input, Output>(id, { signal: stop });
    const watch = (after: number, stop: AbortSignal) => this.watch(id, { after, signal: stop });
    return settledSaga(look, watch, ms, signal);
  }

  /**
   * Turns a saga back: what was done is undone. Doing it twice is fine. While a pivot is in flight, its outcome decides.
   * Role `submitter`.
   *
   * @param reason kept in the journal and told to every compensation; up to 1,000 characters
   * @throws {ProblemError} `past-pivot`, `already-final`, `prepared-child`, `unknown-saga`
   */
  async cancel(id: string, reason: string, options: CallOptions = {}): Promise<Saga> {
    try {
      return await this.#connection.ask({
        ...options,
        method: 'POST',
        path: path`/v1/sagas/${id}/cancel`,
        json: { reason },
      });
    } catch (err) {
      // An attempt whose answer was lost may have done it, and the saga may be undone by now.
      if (!(isProblem(err, 'already-final') && err.attempts > 1)) throw err;
      const saga = await this.get(id, options);
      if (saga.status !== 'compensated') throw err;
      return saga;
    }
  }

  /**
   * Sends a signal. It is kept if the saga doesn't wait for it yet, so every one counts: after a lost answer the client
   * does not repeat it by itself. Role `submitter`.
   *
   * @param body becomes the output of the step that waits for it. Default `null`
   * @throws {ProblemError} `unknown-signal`, `already-final`, `too-many-signals`, `unknown-saga`
   * @throws {ConnectionError} unless its code is `unreachable`, the signal may have been taken: look into the journal
   */
  async signal(id: string, name: string, body: unknown = null, options: CallOptions = {}): Promise<Saga> {
    return this.#connection.ask({
      ...options,
      method: 'POST',
      path: path`/v1/sagas/${id}/signals/${name}`,
      json: body,
      repeatable: 'if-without-effect',
    });
  }
}
