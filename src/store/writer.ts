import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionConfig } from './connection.js';
import type { Statement } from './database.js';
import { StoreUnavailable } from './errors.js';

/** The one connection that flushes travel on. Opened when it is needed, and thrown away after any trouble on the way. */
export class Writer {
  readonly #url: string;
  readonly #preparedStatements: boolean;
  /** Open, as far as anybody knows. */
  #client: Client | null = null;
  #opening: Promise<Client> | null = null;

  constructor(options: { readonly url: string; readonly preparedStatements: boolean }) {
    this.#url = options.url;
    this.#preparedStatements = options.preparedStatements;
  }

  /** Whether there is a connection. */
  get isOpen(): boolean {
    return this.#client !== null;
  }

  /** Throws {@link StoreUnavailable}, and then nothing has been sent. */
  async open(): Promise<Client> {
    return this.#client ?? (this.#opening ??= this.#connect().finally(() => (this.#opening = null)));
  }

  /**
   * Runs one statement in a transaction of its own and returns its rows as arrays. After an error that did not come
   * from Postgres the statement may have taken effect.
   */
  async run(statement: Statement, values: readonly unknown[]): Promise<unknown[][]> {
    const client = this.#client ?? (await this.open());
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
    this.#end().catch(() => {});
  }

  /** Says goodbye, for a second at most. */
  async close(): Promise<void> {
    await Promise.race([this.#end().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #connect(): Promise<Client> {
    const client = new Client(connectionConfig(this.#url, 'flush', this.#preparedStatements));
    // Without a listener a connection that breaks while it is idle would end the process.
    const forget = (): void => {
      if (this.#client === client) this.#client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
    } catch (error) {
      // Whatever the reason (even a wrong password): no entry is to blame for it.
      throw new StoreUnavailable(false, { cause: error });
    }
    return (this.#client = client);
  }
}
