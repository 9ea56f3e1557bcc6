import { randomBytes } from 'node:crypto';
import { builtServer } from '../support/built-server.js';
import { freshDatabase, type FreshDatabase } from '../support/database.js';
import { type Effect, ParticipantProcess } from '../support/participant-process.js';
import type { DefinitionDocument } from '../support/plan.js';
import { hasRedisServer, PrivateRedis } from '../support/private-redis.js';
import { redisUrl } from '../support/services.js';
import { SkaldApi } from '../support/skald-api.js';
import { type Settings, SkaldProcess } from '../support/skald-process.js';

/** Generous: the machine may be busy with others. */
jest.setTimeout(120_000);

/** A running server and the participants that it calls, for the suite of one file. */
export class Harness {
  private constructor(
    readonly api: SkaldApi,
    readonly participants: ParticipantProcess,
    private readonly release: () => Promise<void>,
  ) {}

  /** `SKALD_TEST_BASE_URL` names a server that runs already; otherwise one is started on a database of its own. */
  static async start(withRedis: boolean): Promise<Harness> {
    const participants = await ParticipantProcess.start();
    const given = process.env['SKALD_TEST_BASE_URL'];
    const server = given ? null : await OwnServer.start(withRedis);
    const api = server?.api ?? new SkaldApi(given!);
    await api.putParticipant('ledger', participants.endpoint('ledger'));
    return new Harness(api, participants, async () => server?.dispose());
  }

  /** Stores a definition under a name of its own. */
  async define(steps: DefinitionDocument['steps'], more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const name = `test-${randomBytes(6).toString('hex')}`;
    await this.api.postDefinition({ name, steps, ...more });
    return name;
  }

  /** What the participants did for one saga, in order, as `reserve charge ~charge` (`~`: undone; the rest in brackets). */
  async effects(saga: string): Promise<string> {
    const { effects } = await this.participants.ledger(saga);
    return effects.map(inWords).join(' ');
  }

  async dispose(): Promise<void> {
    await this.release();
    await this.participants.stop();
  }
}

function inWords({ step, outcome }: Effect): string {
  switch (outcome) {
    case 'applied':
      return step;
    case 'undone':
      return `~${step}`;
    default:
      return `${step}(${outcome})`;
  }
}

class OwnServer {
  private constructor(
    private readonly server: SkaldProcess,
    private readonly database: FreshDatabase,
    private readonly redis: PrivateRedis | null,
  ) {}

  static async start(withRedis: boolean): Promise<OwnServer> {
    const database = await freshDatabase();
    const redis = withRedis && hasRedisServer ? await PrivateRedis.start() : null;
    // Without a redis-server to start, a database of the shared one that the suites of others leave alone.
    const redisSettings: Settings = withRedis ? { REDIS_URL: redis?.url ?? `${redisUrl()!}/9` } : {};
    const settings = { DATABASE_URL: database.url, SKALD_SWEEP_INTERVAL: '500ms', ...redisSettings };
    const server = await SkaldProcess.start(settings, builtServer());
    return new OwnServer(server, database, redis);
  }

  get api(): SkaldApi {
    return this.server.api;
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
    await this.redis?.stop();
    await this.database.drop();
  }
}

/**
 * Runs a suite on a server without Redis, and on one with it unless that can make no difference (`both: false`).
 * `skald()` is there once the tests run.
 */
export function describeSkald(name: string, suite: (skald: () => Harness) => void, { both = true } = {}): void {
  const run = (title: string, withRedis: boolean, describeIt: jest.Describe) =>
    describeIt(title, () => {
      let harness: Harness | undefined;
      beforeAll(async () => {
        harness = await Harness.start(withRedis);
      });
      afterAll(() => harness?.dispose());
      suite(() => harness!);
    });
  if (process.env['SKALD_TEST_BASE_URL']) return run(name, false, describe);
  run(both ? `${name}, queue in Postgres` : name, false, describe);
  if (!both) return;
  const canUseRedis = hasRedisServer || redisUrl() !== null;
  run(`${name}, queue in Redis${canUseRedis ? '' : ' (needs Redis)'}`, true, canUseRedis ? describe : describe.skip);
}
