import { SkaldClient } from '@skald/sdk';
import { BANKS, type Bank } from '../../examples/bank/src/banks.js';
import { introduce, TRANSFERS } from '../../examples/bank/src/transfers/introduce.js';
import { freshDatabase } from '../support/database.js';
import { SkaldProcess } from '../support/skald-process.js';
import { eventually, sleep } from '../support/waiting.js';
import { BankProcess, SECRET } from './bank-process.js';
import { type Customer, CUSTOMERS, DEPOSIT } from './customers.js';
import { cutConnections } from './empty-database.js';
import type { Evidence } from './judge.js';
import type { Load } from './load.js';

/** Takes over quickly from a process that has vanished, so that a run of many faults is short. */
const QUICK = { SKALD_LEASE: '1s', SKALD_SWEEP_INTERVAL: '250ms', LOG_LEVEL: 'warn' };

/** How long (ms) after the last fault everything may take to come to its end. */
const SETTLING_TIME = 60_000;

/** Two banks with their customers, and the servers that move money between them. */
export class Stage {
  private constructor(
    readonly servers: readonly SkaldProcess[],
    readonly banks: Readonly<Record<Bank, BankProcess>>,
    private readonly databaseUrl: string,
  ) {}

  /** @param program what the banks run */
  static async play<T>(
    { servers: count, program }: { readonly servers: number; readonly program: string },
    act: (stage: Stage) => Promise<T>,
  ): Promise<T> {
    const database = await freshDatabase();
    const servers: SkaldProcess[] = [];
    const banks: BankProcess[] = [];
    try {
      const settings = { ...QUICK, DATABASE_URL: database.url };
      servers.push(...(await Promise.all(Array.from({ length: count }, () => SkaldProcess.start(settings)))));
      const url = servers[0]!.api.url;
      banks.push(...(await Promise.all(BANKS.map((bank) => BankProcess.open(bank, program, url)))));
      const [north, south] = banks as [BankProcess, BankProcess];
      const stage = new Stage(servers, { north, south }, database.url);
      await stage.furnish();
      return await act(stage);
    } catch (error) {
      const lines = [...servers, ...banks].map((process) =>
        `---\n${process.log(10)}`.replace(/^(.{300}).+$/gm, '$1 …'),
      );
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${lines.join('\n')}`, {
        cause: error,
      });
    } finally {
      await Promise.all([...servers, ...banks].map((process) => process.dispose()));
      await database.drop();
    }
  }

  private async furnish(): Promise<void> {
    const { north, south } = this.banks;
    await introduce(this.skald, { north: north.endpoints, south: south.endpoints }, SECRET);
    const open = async ({ bank, account, isClosed }: Customer) => {
      await this.banks[bank].openAccount(account, DEPOSIT);
      if (isClosed) await this.banks[bank].closeAccount(account);
    };
    await Promise.all(CUSTOMERS.map(open));
    await sleep(2_000); // until every server has heard of the banks
  }

  get skald(): SkaldClient {
    return new SkaldClient({ baseUrl: this.servers[0]!.api.url });
  }

  /** Ends the connections of all servers to Postgres. @returns how many */
  cutServers(): Promise<number> {
    return cutConnections(this.databaseUrl);
  }

  /** Every customer's balance, by account. */
  async balances(): Promise<Map<string, string>> {
    const balances = CUSTOMERS.map(
      async ({ bank, account }) => [account, await this.banks[bank].balance(account)] as const,
    );
    return new Map(await Promise.all(balances));
  }

  /** Waits until all sagas have ended, no longer than they may take, and gathers what the judge looks at. */
  async evidence({ promised }: Load, before: Evidence['before']): Promise<Evidence> {
    let sagas: Evidence['sagas'] = [];
    const isOver = async () => {
      const { open } = await this.skald.admin.stats();
      if (Object.keys(open).length > 0) return false;
      sagas = await this.sagas();
      return sagas.length >= promised.length; // the banks' orders may still be on their way to Skald
    };
    await eventually('all sagas end', isOver, SETTLING_TIME, 500).catch(async () => (sagas = await this.sagas()));
    const { north, south } = this.banks;
    return {
      promised,
      sagas,
      entries: { north: await north.entries(), south: await south.entries() },
      books: { north: await north.books(), south: await south.books() },
      before,
      after: await this.balances(),
    };
  }

  private async sagas(): Promise<Evidence['sagas']> {
    const sagas: Evidence['sagas'][number][] = [];
    for (const { name } of TRANSFERS) {
      for await (const { id, status, businessKey } of this.skald.sagas.list({ definition: name }, { pageSize: 200 })) {
        sagas.push({ id, status, businessKey });
      }
    }
    return sagas;
  }
}
