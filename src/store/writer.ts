import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionConfig } from './connection.js';
import type { Statement } from './database.js';
import { StoreUnavailable } from './errors.js';

/** The one connection that flushes travel on. Opened when it is needed, and thrown away after any trouble on the way. */
export class Writer {
  readonly #url: string;
  readonly #preparedStatements: boolean;
  #client: Promise<Client> | null = null;

  constructor(options: { readonly url: string; readonly preparedStatements: boolean }) {
    this.#url = options.url;
    this.#preparedStatements = options.preparedStatements;
  }

  /**
   * Runs one statement in a transaction of its own and returns its rows as arrays. After an error that did not come
   * from Postgres the statement may have taken effect.
   */
  async run(statement: Statement, values: readonly unknown[]): Promise<unknown[][]> {
    const client = await (this.#client ??= this.#open());
    const result = await client.query<unknown[]>({
      ...(this.#preparedStatements ? { name: statement.name } : {}),
      text: statement.text,
      values: values as unknown[],
      rowMode: 'array',
    });
    return result.rows;
  }

  /**
   * Drops the connection, and with it whatever is still on its way. The next statement opens another. Waits for nothing:
   * the other side may have gone without a word.
   */
  discard(): void {
    void this.#end();
  }

  /** Says goodbye, for a second at most. */
  async close(): Promise<void> {
    await Promise.race([this.#end(), sleep(1_000, undefined, { ref: false })]);
  }

  async #end(): Promise<void> {
    const open = this.#client;
    this.#client = null;
    await open?.then((client) => client.end()).catch(() => {});
  }

  async #open(): Promise<Client> {
    const client = new Client(connectionConfig(this.#url, 'flush', this.#preparedStatements));
    // Without a listener a connection that breaks while it is idle would end the process.
    client.on('error', () => {});
    client.on('end', () => {
      if (this.#client === opened) this.#client = null;
    });
    const opened = client.connect().then(
      () => client,
      (error: unknown) => {
        if (this.#client === opened) this.#client = null;
        // Whatever the reason (even a wrong password): no entry is to blame for it.
        throw new StoreUnavailable(false, { cause: error });
      },
    );
    return opened;
  }
}
