import type { Entry } from '../saga/facts.js';
import { evolve, replay } from '../saga/evolve.js';
import type { SagaEvent } from '../saga/events.js';
import { withOutput } from '../saga/output.js';
import { react } from '../saga/react.js';
import type { SagaState } from '../saga/state.js';
import type { Circumstances } from '../saga/transition.js';
import type { AuditRecord } from '../store/audit.js';
import type { DatabaseClock } from '../store/database-clock.js';
import type { Appended, RowChange } from '../store/entry.js';
import type { Journal } from '../store/journal.js';
import type { SagaRow } from '../store/saga-row.js';
import type { CompiledDefinitions } from './compiled-definitions.js';
import { crashPoint } from './crash-points.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { EntryFeed } from './entry-feed.js';
import type { ParticipantDirectory } from './participant-directory.js';
import type { Decision } from './decision.js';
import { concerned } from './row-change.js';

/** A saga as it was read. */
export interface Loaded {
  readonly state: SagaState;
  readonly row: SagaRow;
  readonly entries: readonly Entry[];
}

/** Load → decide → record: the steps that drivers and messages from outside share. Holds no rule about sagas. */
export class Recorder {
  private readonly circumstances: Omit<Circumstances, 'now'>;

  constructor(
    private readonly journal: Journal,
    private readonly definitions: CompiledDefinitions,
    private readonly clock: DatabaseClock,
    private readonly feed: EntryFeed,
    private readonly metrics: EngineMetrics,
    directory: ParticipantDirectory,
  ) {
    this.circumstances = {
      random: Math.random,
      retryPolicy: (step, operation) => directory.retryPolicy(step, operation),
    };
  }

  /** The saga as it stands in Postgres; `null` if there is none. */
  async load(sagaId: string): Promise<Loaded | null> {
    const stored = await this.journal.read(sagaId);
    if (!stored) return null;
    const { entries, row } = stored;
    const started = entries[0]?.facts[0];
    if (started?.type !== 'saga-started') throw new Error(`journal of ${sagaId} does not begin with saga-started`);
    const definition = await this.definitions.get(started.definition, started.version);
    return { state: replay(sagaId, definition, entries), row, entries };
  }

  /** What `events` mean for the saga now. Nothing is recorded yet. */
  async decide(before: SagaState, events: readonly SagaEvent[]): Promise<Decision> {
    const now = Math.floor(this.clock.now());
    const reaction = react(before, events, { now, ...this.circumstances });
    if (reaction.facts.length === 0) return { before, after: before, ...reaction };
    const facts = await withOutput(before, reaction.facts, now);
    return { before, facts, after: evolve(before, { seq: before.seq + 1, at: now, by: '', facts }) };
  }

  /** Makes a decision durable, unless somebody else has written the next entry of this saga first. */
  async record(decision: Decision, by: string, row: RowChange | undefined, audit?: AuditRecord): Promise<Appended> {
    const { before, after, facts } = decision;
    const wake = concerned(before, after);
    crashPoint('before-append');
    const appended = await this.journal.append({
      sagaId: after.id,
      seq: after.seq,
      by,
      facts,
      ...(row && { row }),
      ...(audit && { audit }),
      ...(wake.length > 0 && { wake }),
      ...(after.ended && after.concurrencyKey !== null && { freeConcurrencyKey: after.concurrencyKey }),
    });
    crashPoint('after-append');
    if (appended.outcome === 'appended') {
      this.metrics.recorded(decision);
      this.feed.publish(after.id, wake);
    }
    return appended;
  }
}
