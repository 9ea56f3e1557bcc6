import { freshDatabase } from '../support/database.js';
import { type Evidence } from '../support/invariants.js';
import { Load, type LoadOptions } from '../support/load.js';
import { ParticipantProcess } from '../support/participant-process.js';
import type { DefinitionDocument } from '../support/plan.js';
import type { SkaldApi } from '../support/skald-api.js';
import { type Settings, SkaldProcess } from '../support/skald-process.js';
import { gatherEvidence } from '../support/verdict.js';
import { ORDER, orderNumber, TRIP } from '../support/workloads.js';

/** Takes over quickly from a process that has vanished, so that a run of many faults is short. */
const QUICK: Settings = { SKALD_LEASE: '1s', SKALD_SWEEP_INTERVAL: '250ms', LOG_LEVEL: 'warn' };

export interface StageOptions {
  /** Server processes on one database. */
  readonly servers: number;
  readonly settings?: Settings;
  /** Default: a database of its own in the run's Postgres. */
  readonly databaseUrl?: string;
  readonly definitions?: readonly DefinitionDocument[];
  readonly barrier?: boolean;
}

/** For hooks; each test says how long it may take itself. */
jest.setTimeout(120_000);

/** Everything that takes part in one crash test: server processes, a database, participants, clients. */
export class Stage {
  private load: Load | undefined;

  private constructor(
    readonly servers: readonly SkaldProcess[],
    readonly participants: ParticipantProcess,
    private readonly definitions: readonly DefinitionDocument[],
    private readonly release: () => Promise<void>,
  ) {}

  static async set(options: StageOptions): Promise<Stage> {
    const { databaseUrl, barrier, definitions = [ORDER, TRIP] } = options;
    const database = databaseUrl === undefined ? await freshDatabase() : null;
    const participants = await ParticipantProcess.start(barrier === undefined ? {} : { barrier });
    const settings = { ...QUICK, DATABASE_URL: databaseUrl ?? database!.url, ...options.settings };
    const servers: SkaldProcess[] = [];
    const stage = new Stage(servers, participants, definitions, async () => void (await database?.drop()));
    try {
      const first = await SkaldProcess.start(settings);
      servers.push(first);
      await first.api.putParticipant('ledger', participants.endpoint('ledger'));
      for (const definition of definitions) await first.api.postDefinition(definition);
      // Only now, so that they know the participant from their start: a change may take 2 s to reach a process.
      const others = Array.from({ length: options.servers - 1 }, () => SkaldProcess.start(settings));
      servers.push(...(await Promise.all(others)));
      return stage;
    } catch (error) {
      await stage.clear();
      throw error;
    }
  }

  /** Of a server that runs. */
  get api(): SkaldApi {
    return (this.servers.find((server) => server.runs) ?? this.servers[0]!).api;
  }

  /** Clients go to work. At most once per stage. */
  underLoad(options: Partial<LoadOptions> = {}): Load {
    this.load = Load.start({
      servers: this.servers.map((server) => server.api),
      saga: orderNumber,
      clients: 8,
      rate: 20,
      ...options,
    });
    return this.load;
  }

  /** What there is to judge, once the load has stopped and the sagas have had their time. */
  evidence(load: Pick<Load, 'starts' | 'seenEnds'> = this.load!): Promise<Evidence> {
    const { api, participants, definitions } = this;
    return gatherEvidence({ api, load, participants, definitions });
  }

  async clear(): Promise<void> {
    await this.load?.stop().catch(() => undefined);
    await Promise.all(this.servers.map((server) => server.dispose()));
    await this.participants.stop();
    await this.release();
  }
}

/** Sets a stage, lets `act` play on it, and clears it whatever happened. When it failed, the servers' last words follow. */
export async function onStage<T>(options: StageOptions, act: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await Stage.set(options);
  try {
    return await act(stage);
  } catch (error) {
    const logs = stage.servers.map((server, i) => `--- server ${i}\n${server.log(10)}`).join('\n');
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${logs}`, { cause: error });
  } finally {
    await stage.clear();
  }
}
