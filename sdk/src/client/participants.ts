import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import { isProblem } from './errors.js';
import { allPages, type ListOptions } from './pages.js';
import type { Participant, ParticipantPolicy } from './participant-policy.js';

/** The participants that Skald knows. */
export class Participants {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Stores a participant, in place of an earlier one of that name. In force in every process within two seconds.
   * Role `admin`.
   *
   * @throws {ProblemError} `invalid-participant`, `target-refused`
   */
  async put(name: string, policy: ParticipantPolicy, options: CallOptions = {}): Promise<Participant> {
    return this.#connection.ask({ ...options, method: 'PUT', path: path`/v1/participants/${name}`, json: policy });
  }

  /** @throws {ProblemError} `unknown-participant` */
  async get(name: string, options: CallOptions = {}): Promise<Participant> {
    return this.#connection.ask({ ...options, method: 'GET', path: path`/v1/participants/${name}` });
  }

  /**
   * Forgets a participant. Sagas that still need it go on trying until it is there again, or their attempts are used up.
   * Role `admin`.
   *
   * @throws {ProblemError} `unknown-participant`
   */
  async delete(name: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.#connection.ask({ ...options, method: 'DELETE', path: path`/v1/participants/${name}` });
    } catch (err) {
      // An attempt whose answer was lost may have done it.
      if (!(isProblem(err, 'unknown-participant') && err.attempts > 1)) throw err;
    }
  }

  /** All participants. */
  list(options: ListOptions = {}): AsyncGenerator<Participant, void, undefined> {
    return allPages(this.#connection, '/v1/participants', options);
  }
}
