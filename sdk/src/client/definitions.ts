import type { CallOptions } from './client-options.js';
import { path, type Connection } from './connection.js';
import type { DefinitionRef, InputOf, OutputOf } from './definition-ref.js';
import { allPages, type ListOptions } from './pages.js';
import type { StoredDefinition } from './stored-definition.js';

/** The definitions that Skald knows. */
export class Definitions {
  readonly #connection: Connection;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Stores a definition: one that was built, its document, or a text in YAML or JSON. The same content again is the same
   * version, so this may be done at every start of a service. Role `admin`.
   *
   * @returns what is stored; sagas that are started by it get this very version
   * @throws {ProblemError} `invalid-definition`, with every problem in `errors`
   */
  async put<Definition extends DefinitionRef>(
    definition: Definition | string,
    options: CallOptions = {},
  ): Promise<StoredDefinition<InputOf<Definition>, OutputOf<Definition>>> {
    const body = typeof definition === 'string' ? { yaml: definition } : { json: definition };
    return this.#connection.ask({ ...options, method: 'POST', path: '/v1/definitions', ...body });
  }

  /**
   * @param version default: the latest
   * @throws {ProblemError} `unknown-definition`
   */
  async get(name: string, version?: number, options: CallOptions = {}): Promise<StoredDefinition> {
    const latest = path`/v1/definitions/${name}`;
    const one = version === undefined ? latest : `${latest}${path`/versions/${version}`}`;
    return this.#connection.ask({ ...options, method: 'GET', path: one });
  }

  /** The latest version of every definition. */
  list(options: ListOptions = {}): AsyncGenerator<StoredDefinition, void, undefined> {
    return allPages(this.#connection, '/v1/definitions', options);
  }
}
