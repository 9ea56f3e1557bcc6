import type { ParticipantClient } from '../participants/participant-client.js';
import type { IdempotencyCache } from '../queue/idempotency-cache.js';
import type { WakeQueue } from '../queue/wake-queue.js';
import type { SagaState } from '../saga/state.js';
import type { DatabaseClock } from '../store/database-clock.js';
import type { Definitions } from '../store/definitions.js';
import type { Journal } from '../store/journal.js';
import type { Participants } from '../store/participants.js';
import type { SagaList } from '../store/saga-list.js';
import type { Sagas } from '../store/sagas.js';
import type { Intake } from './admission/intake.js';
import { CallbackTokens } from './callback-tokens.js';
import { Calls } from './calls.js';
import { Children } from './children.js';
import { CompiledDefinitions } from './compiled-definitions.js';
import { Drivers } from './drivers.js';
import { Engine } from './engine.js';
import type { EngineLog } from './engine-log.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { EngineOptions } from './engine-options.js';
import { EntryFeed } from './entry-feed.js';
import { Fallbacks } from './fallbacks.js';
import type { LostHints } from './lost-hints.js';
import { Messages } from './messages.js';
import { ParticipantDirectory } from './participant-directory.js';
import { Performer } from './performer.js';
import { Recorder } from './recorder.js';
import { Starts } from './starts.js';
import { Sweep } from './sweep.js';

export interface EngineParts {
  readonly journal: Journal;
  readonly sagas: Sagas;
  readonly list: SagaList;
  readonly definitions: Definitions;
  readonly participants: Participants;
  readonly clock: DatabaseClock;
  readonly queue: WakeQueue;
  readonly lostHints: LostHints;
  readonly idempotency: IdempotencyCache;
  readonly client: ParticipantClient;
  readonly metrics: EngineMetrics;
  readonly options: EngineOptions;
  /** Signs callback URLs; the same in every process. */
  readonly secret: Buffer;
  readonly log: EngineLog;
  /** Absent: every start is let in, however much there is to do. */
  readonly intake?: Intake;
}

/** Puts the engine together. Two of its parts need each other: children are sagas, and sagas have children. */
export function buildEngine(parts: EngineParts): { engine: Engine; directory: ParticipantDirectory } {
  const { journal, sagas, list, clock, queue, lostHints, idempotency, client, metrics, options, log } = parts;
  const feed = new EntryFeed();
  const tokens = new CallbackTokens(parts.secret);
  const definitions = new CompiledDefinitions(parts.definitions);
  const directory = new ParticipantDirectory(parts.participants, log);
  const recorder = new Recorder(journal, definitions, clock, feed, metrics, directory);

  const handOver = (state: SagaState) => {
    if (options.drives) drivers.handOver(state);
    queue.wake(state.id);
  };
  const messages = new Messages(recorder, (state, wasParked) => {
    drivers.refresh(state);
    // Also if it is held here: its driver may have parked it without having heard so, and is about to leave.
    if (wasParked) handOver(state);
  });
  const starts = new Starts(journal, definitions, idempotency, metrics, handOver, parts.intake);
  const children = new Children(definitions, recorder, starts, messages);
  const fallbacks = new Fallbacks(directory, client, clock);
  const calls = new Calls(client, directory, fallbacks, tokens, clock, options.publicUrl, metrics);
  const performer = new Performer(calls, children);
  const wakeAt = (id: string, at: number) => queue.wakeLater(id, at - clock.now());
  const wake = (id: string) => queue.wake(id);
  const tools = { recorder, performer, sagas, clock, node: options.node, wake, wakeAt };
  const drivers = new Drivers(tools, options, metrics, log);
  const sweep = new Sweep(sagas, drivers, options, metrics, log);

  lostHints.handle = (ids) => {
    // The queue is away. Who may drive does so at once; else the next sweep of a worker has to find them.
    if (options.drives && drivers.room > 0) void drivers.take({ ids, wokenAt: clock.now(), by: options.node });
    else sagas.makeDue(ids).catch(() => undefined); // their lease runs out soon enough
  };

  const engine = new Engine({
    starts,
    messages,
    recorder,
    drivers,
    sweep,
    tokens,
    queue,
    journal,
    list,
    feed,
    options,
    log,
  });
  return { engine, directory };
}
