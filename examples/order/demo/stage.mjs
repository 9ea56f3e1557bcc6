import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dropDatabases, joinPostgres } from '../database.mjs';
import { Ledgers } from './ledgers.mjs';
import { freePort, ready, startProcess, stopProcess } from './processes.mjs';

const EXAMPLE = resolve(import.meta.dirname, '..');
const SERVER = resolve(EXAMPLE, '../../dist/main.js');
/** How long (ms) a service takes for a call: slow enough to follow with the eye. */
const PACE = 500;

/**
 * A service that a demo starts.
 * @typedef {object} Service
 * @property {string} program its path
 * @property {number} port that it gets if it is free
 * @property {Record<string, string>} [env]
 */

/** @type {Record<string, Service>} */
const SHOP = Object.fromEntries(
  Object.entries({ inventory: 8091, payment: 8092, shipping: 8093 }).map(([name, port]) => [
    name,
    { program: join(EXAMPLE, `${name}.mjs`), port, env: { PACE: String(PACE) } },
  ]),
);

/** All that a demo runs on: Skald, some services, a Postgres for these. Nothing of it is left afterwards. */
export class Stage {
  /** URL of Skald. */
  skald = '';
  /** URL of each service. @type {Record<string, string>} */
  services = {};
  /** @type {Ledgers} */
  ledgers;

  #cast;
  #furnish;
  #folder = mkdtempSync(join(tmpdir(), 'skald-demo-'));
  #secrets;
  /** Of this run alone, as others may be under way on the same server. */
  #databases;
  /** A promise, so that it is also stopped when it was still on its way. */
  #postgres;
  #running = new Map();
  #isOver = false;

  /**
   * @param {Record<string, Service>} [cast] the services by name
   * @param {(services: Record<string, string>, folder: string) => Record<string, string>} [furnish] more settings for
   *   Skald, once the URLs of the services are known; `folder`: for files that it needs, gone with the stage
   */
  constructor(cast = SHOP, furnish = () => ({})) {
    this.#cast = cast;
    this.#furnish = furnish;
    this.#secrets = forEach(cast, () => `whsec_${randomBytes(24).toString('base64')}`);
    this.#databases = forEach(cast, (name) => `demo_${randomBytes(4).toString('hex')}_${name}`);
    // Postgres refuses to run as root; run by root it becomes another user, who must get in.
    chmodSync(this.#folder, 0o755);
  }

  async setUp() {
    this.skald = local(await freePort(Number(process.env.PORT ?? 8080)));
    for (const [name, { port }] of Object.entries(this.#cast)) this.services[name] = local(await freePort(port));
    await Promise.all([this.startSkald(), this.#startServices()]);
    this.ledgers = new Ledgers((await this.#postgres).url, this.#databases);
  }

  async startSkald() {
    const secrets = Object.entries(this.#secrets).map(([name, secret]) => [`${name.toUpperCase()}_SECRET`, secret]);
    const common = { SKALD_DATA_DIR: join(this.#folder, 'skald'), SKALD_LEASE: '2s' };
    const settings = { ...common, ...this.#furnish(this.services, this.#folder) };
    await this.#start('skald', SERVER, this.skald, { ...Object.fromEntries(secrets), ...settings });
  }

  /** kill -9 */
  async killSkald() {
    await stopProcess(this.#running.get('skald'), 'SIGKILL');
  }

  /** The end of all logs, for when something failed. */
  lastWords() {
    const logs = readdirSync(this.#folder).filter((file) => file.endsWith('.log'));
    const end = (log) => readFileSync(join(this.#folder, log), 'utf8').trim().split('\n').slice(-10).join('\n');
    return logs.map((log) => `\n${log}:\n${end(log)}`).join('\n');
  }

  async clear() {
    this.#isOver = true;
    for (const child of this.#running.values()) await stopProcess(child, 'SIGTERM');
    await this.ledgers?.close();
    const postgres = await this.#postgres?.catch(() => undefined);
    if (postgres) await dropDatabases(postgres.url, Object.values(this.#databases));
    await postgres?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startServices() {
    this.#postgres = joinPostgres(join(this.#folder, 'services'));
    const { url: server } = await this.#postgres;
    const starts = Object.entries(this.services).map(([name, url]) =>
      this.#start(name, this.#cast[name].program, url, {
        DATABASE_URL: server,
        DATABASE: this.#databases[name],
        SECRET: this.#secrets[name],
        ...this.#cast[name].env,
      }),
    );
    await Promise.all(starts);
  }

  async #start(name, program, url, env) {
    if (this.#isOver) throw new Error('the demo is over');
    const log = join(this.#folder, `${name}.log`);
    const child = startProcess(program, { env: { ...env, PORT: new URL(url).port }, log });
    this.#running.set(name, child);
    await ready(child, `${url}/health/ready`);
  }
}

function forEach(cast, value) {
  return Object.fromEntries(Object.keys(cast).map((name) => [name, value(name)]));
}

function local(port) {
  return `http://127.0.0.1:${port}`;
}
