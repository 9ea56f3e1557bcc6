import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Bank } from '../../examples/bank/src/banks.js';
import type { BooksView, EntryView } from '../../examples/bank/src/ledger/audit.controller.js';
import { endWithTests } from '../support/guard.js';
import { freePort } from '../support/ports.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { sleep } from '../support/waiting.js';
import { cutConnections, EmptyDatabase } from './empty-database.js';

/** The example as it is compiled, and the same without a barrier. */
export const PROGRAMS = {
  guarded: resolve('examples/bank/dist/main.js'),
  unguarded: resolve('test/bank/bank-without-barrier.mjs'),
};

export const SECRET = 'skald-signs-its-calls-to-banks-with-this';

/** A bank as a process of its own, with a database of its own, and with a proxy before it that loses answers. */
export class BankProcess {
  private child: ChildProcess | undefined;
  private exited: Promise<unknown> = Promise.resolve();
  private readonly folder = mkdtempSync(join(tmpdir(), 'skald-bank-'));

  private constructor(
    readonly bank: Bank,
    private readonly program: string,
    private readonly port: number,
    private readonly skaldUrl: string,
    private readonly database: EmptyDatabase,
    readonly proxy: TcpProxy,
  ) {}

  static async open(bank: Bank, program: string, skaldUrl: string): Promise<BankProcess> {
    const port = await freePort();
    const proxy = await TcpProxy.start({ host: '127.0.0.1', port });
    const process = new BankProcess(bank, program, port, skaldUrl, await EmptyDatabase.create(), proxy);
    try {
      await process.restart();
      return process;
    } catch (error) {
      await process.dispose();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Half of the calls go straight to the bank, the others through the proxy. */
  get endpoints(): string[] {
    return [this.url, `http://127.0.0.1:${this.proxy.address.port}`];
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  /** The same port and database again; waits until it is ready. */
  async restart(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, [this.program], {
      env: {
        PATH: process.env['PATH'] ?? '',
        BANK: this.bank,
        PORT: String(this.port),
        DATABASE_URL: this.database.url,
        SKALD_URL: this.skaldUrl,
        BANK_SECRET: SECRET,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    this.exited = once(child, 'exit');
    void this.exited.then(endWithTests(child.pid!));
    const until = Date.now() + 30_000;
    while (!(await this.isReady())) {
      if (child.exitCode !== null) throw new Error(`bank ${this.bank} ended while it started:\n${this.log()}`);
      if (Date.now() > until) throw new Error(`bank ${this.bank} is not ready after 30 s:\n${this.log()}`);
      await sleep(25);
    }
  }

  private async isReady(): Promise<boolean> {
    return this.ask('GET', '/health/ready').then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Ends its connections to Postgres. @returns how many */
  async cut(): Promise<number> {
    return cutConnections(this.database.url);
  }

  async openAccount(account: string, deposit: string): Promise<void> {
    const answer = await this.ask('PUT', `/accounts/${account}`, { deposit });
    if (answer.status !== 200) throw new Error(`${account} was not opened: ${await answer.text()}`);
  }

  async closeAccount(account: string): Promise<void> {
    await this.ask('DELETE', `/accounts/${account}`);
  }

  async balance(account: string): Promise<string> {
    return (await this.read<{ balance: string }>(`/accounts/${account}`)).balance;
  }

  books(): Promise<BooksView> {
    return this.read('/audit');
  }

  /** All entries of its books. */
  async entries(): Promise<EntryView[]> {
    const all: EntryView[] = [];
    for (;;) {
      const page = await this.read<EntryView[]>(`/audit/entries?after=${all.at(-1)?.id ?? 0}`);
      if (page.length === 0) return all;
      all.push(...page);
    }
  }

  /** Rejects only when no answer came. */
  ask(method: string, path: string, body?: unknown): Promise<Response> {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return fetch(this.url + path, { method, ...json, signal: AbortSignal.timeout(10_000) });
  }

  /** The last lines that it wrote. */
  log(lines = 10): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  async dispose(): Promise<void> {
    await this.kill();
    await this.proxy.refuse();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async read<T>(path: string): Promise<T> {
    const answer = await this.ask('GET', path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  private get logFile(): string {
    return join(this.folder, 'bank.log');
  }
}
