import { ParticipantClient } from '../participants/participant-client.js';
import type { IdempotencyCache } from '../queue/idempotency-cache.js';
import type { WakeQueue } from '../queue/wake-queue.js';
import type { SagaState } from '../saga/state.js';
import type { Store } from '../store/store.js';
import { CallbackTokens } from './callback-tokens.js';
import { Children } from './children.js';
import { CompiledDefinitions } from './compiled-definitions.js';
import { Drivers } from './drivers.js';
import { Engine } from './engine.js';
import type { EngineLog } from './engine-log.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { EngineOptions } from './engine-options.js';
import { EntryFeed } from './entry-feed.js';
import { Messages } from './messages.js';
import { ParticipantDirectory } from './participant-directory.js';
import { Performer } from './performer.js';
import { Recorder } from './recorder.js';
import { Starts } from './starts.js';
import { Sweep } from './sweep.js';

export interface EngineParts {
  readonly store: Store;
  readonly queue: WakeQueue;
  readonly idempotency: IdempotencyCache;
  readonly client: ParticipantClient;
  readonly metrics: EngineMetrics;
  readonly options: EngineOptions;
  readonly log: EngineLog;
}

/** Puts the engine together. Two of its parts need each other: children are sagas, and sagas have children. */
export function buildEngine(parts: EngineParts): {
  engine: Engine;
  directory: ParticipantDirectory;
  definitions: CompiledDefinitions;
} {
  const { store, queue, idempotency, client, metrics, options, log } = parts;
  const { journal, sagas, clock } = store;
  const feed = new EntryFeed();
  const tokens = new CallbackTokens(store.secret);
  const definitions = new CompiledDefinitions(store.definitions);
  const directory = new ParticipantDirectory(store.participants, log);
  const recorder = new Recorder(journal, definitions, clock, feed, metrics, directory);

  const handOver = (state: SagaState) => {
    if (options.drives) drivers.handOver(state);
    queue.wake(state.id);
  };
  const messages = new Messages(recorder, (state, wasParked) => {
    const isHere = drivers.refresh(state);
    if (!isHere && wasParked) handOver(state);
  });
  const starts = new Starts(journal, definitions, recorder, idempotency, metrics, handOver);
  const children = new Children(definitions, recorder, starts, messages);
  const performer = new Performer(client, directory, children, tokens, options.publicUrl, metrics);
  const wakeAt = (id: string, at: number) => queue.wakeLater(id, at - clock.now());
  const drivers = new Drivers({ recorder, performer, sagas, clock, node: options.node, wakeAt }, options, metrics, log);
  const sweep = new Sweep(sagas, drivers, options, metrics, log);

  const engine = new Engine({ starts, messages, recorder, drivers, sweep, tokens, queue, sagas, feed, clock, options, log });
  return { engine, directory, definitions };
}
