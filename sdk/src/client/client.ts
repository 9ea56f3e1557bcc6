import type { Callback } from '../participant/callback.js';
import { Admin } from './admin.js';
import { callback } from './callback.js';
import { readOptions, type CallOptions, type SkaldClientOptions } from './client-options.js';
import { Connection } from './connection.js';
import { Definitions } from './definitions.js';
import { Participants } from './participants.js';
import { Sagas } from './sagas.js';
import type { Readiness } from './server-state.js';

/**
 * Talks to a Skald server. Make one and keep it; it holds nothing that has to be closed.
 *
 * Calls are tried again, with full jitter, when there was no answer or one that says "later", and a repeat can do no
 * harm. They fail with a {@link ProblemError} when Skald says no, and with a {@link ConnectionError} when there is no
 * answer within the `timeout`.
 *
 * @example
 * const skald = new SkaldClient({ baseUrl: 'http://localhost:8080' });
 * const saga = await skald.sagas.start('place-order', { sku: 'A-1', qty: 1 }, { wait: '10s' });
 */
export class SkaldClient {
  readonly definitions: Definitions;
  readonly participants: Participants;
  readonly sagas: Sagas;
  readonly admin: Admin;
  readonly #connection: Connection;

  /** @throws {TypeError} with a sentence that names the option which can't be used */
  constructor(options: SkaldClientOptions) {
    this.#connection = new Connection(readOptions(options));
    this.definitions = new Definitions(this.#connection);
    this.participants = new Participants(this.#connection);
    this.sagas = new Sagas(this.#connection);
    this.admin = new Admin(this.#connection);
  }

  /**
   * How ready the server is, asked once.
   * @throws {ConnectionError} if it doesn't answer
   */
  async health(options: CallOptions = {}): Promise<Readiness> {
    const ask = { ...options, method: 'GET', path: '/health/ready', alsoFine: [503], retries: 0 } as const;
    return this.#connection.ask(ask);
  }

  /** The handle on the result of an accepted operation, see {@link callback}; through this client's `fetch`. */
  callback<Output = unknown>(url: string): Callback<Output> {
    const { fetch, traceparent } = this.#connection.settings;
    return callback(url, { fetch, traceparent });
  }
}
