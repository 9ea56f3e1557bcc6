import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SkaldClient } from '@skald/sdk';
import pg from 'pg';
import { introduce } from '../dist/transfers/introduce.js';
import { freePort, ready, startProcess, stopProcess } from '../../order/demo/processes.mjs';
import { dropDatabases, joinPostgres } from '../../order/database.mjs';

const SERVER = resolve(import.meta.dirname, '../../../dist/main.js');
const BANK = resolve(import.meta.dirname, '../dist/main.js');

/** Skald, two banks, and a Postgres for their books. Nothing of it is left afterwards. */
export class Stage {
  /** URL of each bank. */
  banks = {};
  /** @type {SkaldClient} */
  skald;

  #folder = mkdtempSync(join(tmpdir(), 'skald-demo-'));
  #secret = `whsec_${randomBytes(24).toString('base64')}`;
  #run = randomBytes(4).toString('hex');
  #postgres;
  #skaldUrl = '';
  #running = new Map();

  constructor() {
    // Postgres refuses to run as root; run by root it becomes another user, who must get in.
    chmodSync(this.#folder, 0o755);
  }

  async setUp() {
    this.#skaldUrl = local(await freePort(Number(process.env.PORT ?? 8080)));
    this.banks = { north: local(await freePort(8091)), south: local(await freePort(8092)) };
    this.skald = new SkaldClient({ baseUrl: this.#skaldUrl });
    this.#postgres = joinPostgres(join(this.#folder, 'banks'));
    await Promise.all([this.#startSkald(), this.#openBanks()]);
    const { north, south } = this.banks;
    await introduce(this.skald, { north: [north], south: [south] }, this.#secret);
  }

  /** Starts a bank, for the first time or again. */
  async openBank(bank) {
    const { url: server } = await this.#postgres;
    const env = {
      BANK: bank,
      DATABASE_URL: Object.assign(new URL(server), { pathname: `/${this.#database(bank)}` }).href,
      SKALD_URL: this.#skaldUrl,
      BANK_SECRET: this.#secret,
    };
    await this.#start(bank, BANK, this.banks[bank], env);
  }

  /** kill -9 */
  async killBank(bank) {
    await stopProcess(this.#running.get(bank), 'SIGKILL');
  }

  /** The end of all logs, for when something failed. */
  lastWords() {
    const logs = readdirSync(this.#folder).filter((file) => file.endsWith('.log'));
    const end = (log) => readFileSync(join(this.#folder, log), 'utf8').trim().split('\n').slice(-10).join('\n');
    return logs.map((log) => `\n${log}:\n${end(log)}`).join('\n');
  }

  async clear() {
    for (const child of this.#running.values()) await stopProcess(child, 'SIGTERM');
    const postgres = await this.#postgres?.catch(() => undefined);
    if (postgres)
      await dropDatabases(
        postgres.url,
        ['north', 'south'].map((bank) => this.#database(bank)),
      );
    await postgres?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startSkald() {
    await this.#start('skald', SERVER, this.#skaldUrl, { SKALD_DATA_DIR: join(this.#folder, 'skald') });
  }

  async #openBanks() {
    const owner = new pg.Client({ connectionString: (await this.#postgres).url });
    await owner.connect();
    for (const bank of Object.keys(this.banks)) await owner.query(`create database ${this.#database(bank)}`);
    await owner.end();
    for (const bank of Object.keys(this.banks)) await this.openBank(bank);
  }

  #database(bank) {
    return `demo_${this.#run}_${bank}`;
  }

  async #start(name, program, url, env) {
    const log = join(this.#folder, `${name}.log`);
    const child = startProcess(program, { env: { ...env, PORT: new URL(url).port }, log });
    this.#running.set(name, child);
    await ready(child, `${url}/health/ready`);
  }
}

function local(port) {
  return `http://127.0.0.1:${port}`;
}
