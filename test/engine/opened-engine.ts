import { createHash } from 'node:crypto';
import { buildEngine } from '../../src/engine/build-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { EngineMetrics } from '../../src/engine/engine-metrics.js';
import { EngineOptions } from '../../src/engine/engine-options.js';
import { LostHints } from '../../src/engine/lost-hints.js';
import { ParticipantClient } from '../../src/participants/participant-client.js';
import { TargetGuard } from '../../src/participants/targets.js';
import { IdempotencyCache } from '../../src/queue/idempotency-cache.js';
import { WakeQueue } from '../../src/queue/wake-queue.js';
import { statusOf, type SagaState } from '../../src/saga/state.js';
import { Definitions } from '../../src/store/definitions.js';
import { DEFAULTS_ROW, Participants } from '../../src/store/participants.js';
import { SagaList } from '../../src/store/saga-list.js';
import { Sagas } from '../../src/store/sagas.js';
import type { JsonObject } from '../../src/saga/json.js';
import { OpenedStore } from '../store/opened-store.js';
import { redisUrl, runName } from '../support/services.js';
import { ScriptedParticipant } from './participant.js';

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One database, one participant called `p`, and engines on them that behave like separate processes. */
export class OpenedEngine {
  readonly participant = new ScriptedParticipant();
  private readonly engines: { readonly engine: Engine; readonly close: () => Promise<void> }[] = [];
  private names = 0;
  private url = '';

  private constructor(readonly store: OpenedStore) {}

  static async open(): Promise<OpenedEngine> {
    const opened = new OpenedEngine(await OpenedStore.open());
    const url = await opened.participant.listen();
    opened.url = url;
    await opened.putParticipant('p');
    return opened;
  }

  /** Stores a name for the participant, as another process would: the engines have to find out. */
  async putParticipant(name: string, policy: JsonObject = {}): Promise<void> {
    await new Participants(this.store.database).put(name, { endpoints: [{ url: this.url }], ...policy });
  }

  /** Stores what a resilience file says of all participants. */
  async putDefaults(defaults: JsonObject): Promise<void> {
    await new Participants(this.store.database).put(DEFAULTS_ROW, defaults);
  }

  /** Another process. The times are short so that tests are. `takesHints: false`: it drives nothing that the queue brings. */
  async engine({
    takesHints = true,
    ...options
  }: Partial<EngineOptions> & { readonly takesHints?: boolean } = {}): Promise<Engine> {
    const database = await this.store.another({});
    const sagas = new Sagas(database);
    const metrics = new EngineMetrics(() => sagas.stats());
    const lostHints = new LostHints();
    const { clock } = database;
    const node = `n${++this.names}`;
    const redis = redisUrl();
    const queue = new WakeQueue({
      node,
      ...(redis === null ? { databaseUrl: this.store.url } : { redisUrl: redis }),
      prefix: `${runName()}-${new URL(this.store.url).pathname.slice(1)}`,
      now: () => clock.now(),
      onUndelivered: (ids) => lostHints.handle(ids),
      logger: QUIET,
    });
    await queue.open();
    const engineOptions = new EngineOptions({
      ...{ lease: 1_000, sweepInterval: 60, maxInFlight: 64, drainTimeout: 2_000, publicUrl: 'http://127.0.0.1:1' },
      ...{ drives: true, retention: null, breather: 30, node },
      ...options,
    });
    const client = new ParticipantClient(new TargetGuard({ allowed: null, keysConfigured: false }));
    const idempotency = new IdempotencyCache(redis, `${runName()}-keys`);
    const journal = this.store.journal({ lease: engineOptions.lease }, database);
    const { engine, directory } = buildEngine({
      ...{ journal, sagas, clock, queue, lostHints, idempotency, client, metrics, options: engineOptions, log: QUIET },
      list: new SagaList(database),
      definitions: new Definitions(database),
      participants: new Participants(database),
      secret: Buffer.alloc(32, 7),
    });
    await directory.start();
    engine.start();
    if (takesHints) await queue.start((hint) => engine.take(hint));
    const close = async () => {
      await engine.drain();
      directory.stop();
      await queue.close();
      idempotency.close();
      await client.close();
    };
    this.engines.push({ engine, close });
    return engine;
  }

  async define(source: JsonObject & { name: string }): Promise<void> {
    const hash = createHash('sha256').update(JSON.stringify(source)).digest('hex');
    await new Definitions(this.store.database).put(source, hash);
  }

  async close(): Promise<void> {
    for (const { close } of this.engines) await close();
    await this.participant.close();
    await this.store.drop();
  }
}

/** A step that calls `p`. */
export const call = (name: string, more: JsonObject = {}): JsonObject => ({
  ...{ name, participant: 'p', action: { path: `/${name}` }, compensation: { path: `/${name}/undo` } },
  ...more,
});

/** The saga as soon as `holds`; fails after ten seconds, saying how it stood. */
export async function until(engine: Engine, id: string, holds: (state: SagaState) => boolean): Promise<SagaState> {
  const end = Date.now() + 10_000;
  for (;;) {
    const { state } = await engine.find(id);
    if (holds(state)) return state;
    if (Date.now() > end) throw new Error(`saga is still ${statusOf(state)}: ${JSON.stringify(state.steps)}`);
    await engine.nextEntry(id, 25);
  }
}

export const hasEnded = (state: SagaState): boolean => state.ended !== null;
